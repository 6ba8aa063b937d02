"""`kg backup`: a complete copy of a built folder, which opens by itself."""

from __future__ import annotations

from pathlib import Path

import click

from kg_builder.cli.contributing import own_store, own_store_option
from kg_builder.cli.options import Speaker, common_options, examples


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "backup",
        help=say(
            "把图和贡献完整地复制到一个新文件夹，核对无误后才出现；别人可以同时读写。"
            "副本自己就能打开：kg query --store TARGET。",
            "Copy a graph and its contributions, whole, to a new folder, which appears once it has"
            " been checked; others may read and write meanwhile. The copy opens by itself:"
            " kg query --store TARGET.",
        ),
        epilog=examples(say, "kg backup backups/monday", "kg backup /mnt/usb/kg --store build"),
    )
    @click.argument("target", type=click.Path(path_type=Path), metavar=say("目标", "TARGET"))
    @own_store_option(say)
    @common_options(say)
    def run(
        target: Path,
        store: Path | None,
        project: Path | None,  # noqa: ARG001
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.graph.backup import back_up

        made = back_up(own_store(store), target)
        size = max(1, made.bytes >> 20)
        say.tell(
            say(
                f"已备份到 {target}：{size} MiB，{made.contributions} 批贡献",
                f"backed up to {target}: {size} MiB, {made.contributions} contributions",
            )
        )
        return 0

    return run
