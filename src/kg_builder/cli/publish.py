"""`kg publish`: the facts of a report go into data/, for its source record."""

from __future__ import annotations

from pathlib import Path

import click

from kg_builder.cli.options import Speaker, common_options, examples


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "publish",
        help=say(
            "读报告，把事实写到 DATA（默认 data/）：NAME.ttl、NAME.evidence.ttl、"
            "NAME.reading.json。来源记录 NAME.source.toml 要先写好。",
            "Read a report and write its facts to DATA (default data/): NAME.ttl,"
            " NAME.evidence.ttl, NAME.reading.json. The source record, NAME.source.toml,"
            " comes first.",
        ),
        epilog=examples(say, "kg publish report.txt -o data"),
    )
    @click.argument("report", type=click.Path(path_type=Path), metavar=say("报告", "REPORT"))
    @click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("data"),
        show_default=True,
        help=say("写到哪个文件夹", "folder to write"),
    )
    @click.option("--encoding", help=say("报告的编码", "encoding of the report"))
    @common_options(say)
    def run(
        report: Path,
        out: Path,
        encoding: str | None,
        project: Path | None,
        verbose: bool,
    ) -> int:
        from kg_builder.desk import ReportInput
        from kg_builder.pipeline import publish

        for path in publish(ReportInput.load(report), out, encoding=encoding, project=project):
            if verbose:
                say.tell(str(path))
        return 0

    return run
