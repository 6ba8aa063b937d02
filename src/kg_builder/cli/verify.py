"""`kg verify`: whether a built folder is what was written, to the last byte."""

from __future__ import annotations

from pathlib import Path

import click

from kg_builder.cli.graphs import store_option_of
from kg_builder.cli.options import Speaker, common_options, examples


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "verify",
        help=say(
            "核对 kg build 建的文件夹：每个文件的校验和、每个图的条数与散列、推理、形状、每批贡献。"
            "完好为 0，损坏为 1，无法核对为 2。",
            "Check a folder made by kg build: the checksum of every file, count and digest of every"
            " graph, inference, shapes, every contribution. 0: sound, 1: damaged, 2: could not"
            " check.",
        ),
        epilog=examples(say, "kg verify", "kg verify --store backups/monday"),
    )
    @store_option_of(
        say,
        "kg build 建的文件夹（默认此处的 build/，否则已发布的图）",
        "a folder made by kg build (default: build/ here, else the published graph)",
    )
    @common_options(say)
    def run(
        store: Path | None,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.cli.graphs import find_store
        from kg_builder.graph.verification import verify
        from kg_builder.resources import Resources

        path = find_store(store, project, say)
        found = verify(path, Resources.find(project))
        for item in found.damages:
            say.complain(f"{path}: {item.place}: {item.words.pick(say.language)}")
        for note in found.notes:
            say.warn(str(path), note.pick(say.language))
        if not found.damages:
            say.tell(
                say(
                    f"完好：{found.files} 个文件，{found.quads} 条四元组，"
                    f"{found.contributions} 批贡献；{path}",
                    f"sound: {found.files} files, {found.quads} quads, {found.contributions}"
                    f" contributions; {path}",
                )
            )
            return 0
        if any(item.part == "contributions" for item in found.damages):
            say.complain(
                say(
                    "贡献已损坏：请从备份取回；没有备份时，kg build --discard-contributions"
                    " 会放弃全部贡献",
                    "contributions are damaged: restore them from a backup; without one, kg build"
                    " --discard-contributions drops them all",
                )
            )
        else:
            say.complain(
                say(
                    f"请从备份取回，或重新运行 kg build -o {path}，贡献会保留",
                    f"restore it from a backup, or run kg build -o {path} again; contributions are"
                    " kept",
                )
            )
        return 1

    return run
