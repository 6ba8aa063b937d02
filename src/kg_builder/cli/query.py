"""`kg query`: the stored queries, listed, explained and run."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.help import speak_in_help
from kg_builder.cli.options import Speaker, common_options, examples, terminal_style
from kg_builder.errors import InputError

if TYPE_CHECKING:
    from kg_builder.graph.query.catalogue import Catalogue, Parameter, StoredQuery

_PROJECT = "--project"
_BARE = re.compile(r"[\w.:/=-]+")
_TAKEN = frozenset({"report"})
"""Parameters of stored queries that have the name of an option."""


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""
    return _Queries(say)


class _Queries(click.Group):
    """The stored queries as commands, each read when it is called."""

    def __init__(self, say: Speaker) -> None:
        super().__init__(
            "query",
            help=say(
                "列出存好的查询；给出名称就运行，其参数可用名称、别名或 IRI。",
                "List the stored queries; given a name, run one. Its parameters take names, aliases"
                " or IRIs.",
            ),
            epilog=_epilog(say),
            invoke_without_command=True,
            callback=click.pass_context(self._list),
            subcommand_metavar=say("[名称 [选项]...]", "[NAME [OPTIONS]...]"),
        )
        self._say = say
        click.option(
            "-s",
            "--search",
            metavar=say("词", "WORD"),
            help=say(
                "只列出名称、标题、说明或标签里有这个词的",
                "list those alone that have the word in name, title, description or tags",
            ),
        )(self)
        common_options(say)(self)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Note the project, wherever it stands: it may bring the query that is called."""
        for number, argument in enumerate(args):
            if argument == _PROJECT and number + 1 < len(args):
                context.meta[_PROJECT] = Path(args[number + 1])
            elif argument.startswith(f"{_PROJECT}="):
                context.meta[_PROJECT] = Path(argument.partition("=")[2])
        return super().parse_args(context, args)

    def list_commands(self, _context: click.Context) -> list[str]:
        return []  # the help text has no room for all of them: `kg query` lists them

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        catalogue = _catalogue(context.meta.get(_PROJECT))
        if name not in catalogue:
            raise _unknown(catalogue, name)
        run = _command_of(catalogue[name], self._say)
        speak_in_help(run, self._say)
        return run

    def _list(self, context: click.Context, search: str | None, **_options: Any) -> None:
        if context.invoked_subcommand is None:
            _list(_catalogue(context.meta.get(_PROJECT)), search, self._say)


def _catalogue(project: Path | None) -> Catalogue:
    from kg_builder.graph.query.catalogue import load_catalogue
    from kg_builder.resources import Resources

    return load_catalogue(Resources.find(project))


def _unknown(catalogue: Catalogue, name: str) -> InputError:
    from difflib import get_close_matches

    near = get_close_matches(name, catalogue, n=3)
    near = near or [known for known in catalogue if name in known]
    mend = "、".join(near[:3])
    return InputError(
        f"没有名为 {name} 的查询；" + (f"是不是 {mend}？" if near else "kg query 列出全部"),
        f"no stored query is called {name}; "
        + (f"did you mean {', '.join(near[:3])}?" if near else "kg query lists them"),
    )


def _list(catalogue: Catalogue, search: str | None, say: Speaker) -> None:
    from kg_builder.asking.results.tabular import Column, print_table

    found = [query for query in map(catalogue.__getitem__, catalogue) if _has(query, search)]
    if not found:
        raise InputError(
            f"没有查询提到“{search}”；kg query 列出全部",
            f"no query mentions {search!r}; kg query lists them all",
        )
    columns = [
        Column(say("名称", "name")),
        Column(say("问题", "question")),
        Column(say("参数", "parameters")),
    ]
    rows = [(query.name, query.title.pick(say.language), _options(query)) for query in found]
    print_table(columns, rows, sys.stdout, terminal_style(say))
    say.tell(
        say(
            f"共 {len(found)} 个；kg query 名称 --help 说明参数并给出例子",
            f"{len(found)} queries; kg query NAME --help explains one, with an example",
        )
    )


def _options(query: StoredQuery) -> str:
    return " ".join(f"--{name}" for name in query.parameters)


def _has(query: StoredQuery, search: str | None) -> bool:
    if search is None:
        return True
    texts = (query.name, *query.tags)
    texts += (query.title.zh, query.title.en, query.description.zh, query.description.en)
    words = search.casefold().split()
    return all(any(word in text.casefold() for text in texts) for word in words)


def _command_of(query: StoredQuery, say: Speaker) -> click.Command:
    """Return the command that runs a stored query, with an option for each parameter."""
    from kg_builder.cli.results import Delivery, result_options, run_request

    @click.command(
        query.name,
        help=f"{query.title.pick(say.language)}\n\n{query.description.pick(say.language)}",
        epilog=_examples_of(query, say),
    )
    @click.option(
        "-p",
        "--parameter",
        "pairs",
        multiple=True,
        metavar=say("名称=值", "NAME=VALUE"),
        help=say(
            "任何参数也可这样给；与别的选项同名的只能这样给",
            "any parameter may be given so; one that has the name of another option only so",
        ),
    )
    @click.option(
        "--show-query",
        is_flag=True,
        help=say("只打印这个查询的 SPARQL", "print the SPARQL of the query, and no more"),
    )
    @result_options(say)
    @common_options(say)
    def run(project: Path | None, pairs: tuple[str, ...], show_query: bool, **options: Any) -> int:
        from kg_builder.asking.request import Request

        options.pop("verbose")
        values = {name: options.pop(_field(name), ()) for name in query.parameters}
        if show_query:
            click.echo(query.text.rstrip("\n"))
            return 0
        for pair in pairs:
            name, equals, typed = pair.partition("=")
            if not equals:
                raise InputError(f"-p 应写成 名称=值：{pair}", f"-p takes NAME=VALUE: {pair}")
            values[name] = (*values.get(name, ()), typed)
        delivery = Delivery.take(options)
        request = Request(
            query.text,
            stored=query,
            values={name: tuple(typed) for name, typed in values.items() if typed},
            language=say.language,
            most=options.pop("max_rows"),
            project=project,
            **options,
        )
        return run_request(request, delivery, say)

    taken = {option for parameter in run.params for option in parameter.opts}
    own = [_option_of(parameter, say) for parameter in query.parameters.values()]
    run.params[:0] = [option for option in own if taken.isdisjoint(option.opts)]
    return run


def _option_of(parameter: Parameter, say: Speaker) -> click.Option:
    names = [f"--{parameter.name}"]
    if "_" in parameter.name:
        names.append(f"--{parameter.name.replace('_', '-')}")
    return click.Option(
        [*names, _field(parameter.name)],
        multiple=True,
        metavar=_metavar(parameter, say),
        help=_help(parameter, say),
    )


def _field(name: str) -> str:
    """Return the name of a parameter's value within a command, apart from those of its options."""
    return f"parameter_{name}"


def _metavar(parameter: Parameter, say: Speaker) -> str:
    if parameter.type == "enumerated":
        return "|".join(list(parameter.values)[:6])
    words = {
        "entity": say("名称", "NAME"),
        "string": say("文字", "TEXT"),
        "integer": say("整数", "INTEGER"),
        "decimal": say("数", "NUMBER"),
        "year": say("年份", "YEAR"),
    }
    return words[parameter.type]


def _help(parameter: Parameter, say: Speaker) -> str:
    text = parameter.label.pick(say.language)
    if parameter.default is not None:
        text += say(f"（默认 {parameter.default}）", f" (default: {parameter.default})")
    if parameter.examples:
        examples = "、".join(parameter.examples[:3])
        text += say(f"；例如 {examples}", f"; for example {', '.join(parameter.examples[:3])}")
    return text


def _examples_of(query: StoredQuery, say: Speaker) -> str:
    return examples(say, *example_lines(query))


def example_lines(query: StoredQuery) -> list[str]:
    """Return the commands that the worked examples of a query are."""
    lines = [f"kg query {query.name}"]
    for example in query.examples:
        options = [
            f"-p {_quoted(f'{name}={word}')}" if name in _TAKEN else f"--{name} {_quoted(word)}"
            for name, words in example.items()
            for word in words
        ]
        lines.append(" ".join([f"kg query {query.name}", *options]))
    return list(dict.fromkeys(lines))


def _quoted(word: str) -> str:
    """Return a word as a shell takes it; what no shell minds, Chinese above all, stays bare."""
    return word if _BARE.fullmatch(word) else quote(word)


def _epilog(say: Speaker) -> str:
    lines: Sequence[str] = (
        "kg query",
        say("kg query --search 助餐点", "kg query --search canteen"),
        "kg query canteens_of_street --help",
        "kg query canteens_of_street --street 八里庄街道",
        "kg query canteens_of_street --street 八里庄街道 --evidence -o canteens.xlsx",
    )
    return examples(say, *lines)
