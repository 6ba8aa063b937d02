"""`kg serve`: a SPARQL endpoint, linked data and pages from a built folder."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kg_builder.cli.options import SECONDS, Speaker, common_options, examples, show_progress
from kg_builder.errors import InputError, OutputError

if TYPE_CHECKING:  # slow to import
    from kg_builder.serving.state import Settings

_INTERRUPTED: Final = 130
_SHORTEST_TOKEN: Final = 16
_BACKLOG: Final = 4096
_FILES: Final = 65_536


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "serve",
        help=say(
            "提供网页、SPARQL 端点和可解析的关联数据。用浏览器打开所印的地址；Ctrl-C 结束。",
            "Serve pages, a SPARQL endpoint and linked data that answers. Open the address that is"
            " printed; Ctrl-C ends it.",
        ),
        epilog=examples(
            say,
            "kg serve",
            "kg serve --store build --port 8080",
            "kg serve --host 0.0.0.0 --base https://data.example.cn/kg/ --max-rows 10000",
        ),
    )
    @click.option(
        "--store",
        type=click.Path(path_type=Path),
        metavar=say("文件夹", "DIR"),
        help=say(
            "kg build 建好的文件夹，或任何 RDF 文件（默认：build/，没有则用已发布的图）",
            "a folder of kg build, or any RDF (default: build/, else the published graph)",
        ),
    )
    @click.option(
        "--host",
        default="127.0.0.1",
        show_default=True,
        metavar=say("地址", "ADDRESS"),
        help=say("在哪个地址上听", "which address to listen at"),
    )
    @click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8000,
        show_default=True,
        help=say("在哪个端口上听（0：任一空的）", "which port to listen at (0: any free one)"),
    )
    @click.option(
        "--base",
        metavar="IRI",
        help=say(
            "实例 IRI 对外的地址（默认：图里的基址）；只有路径起作用",
            "the address at which instance IRIs are reached (default: the base of the graph)",
        ),
    )
    @click.option(
        "--timeout",
        type=SECONDS,
        default=30.0,
        show_default=True,
        metavar=say("秒", "SECONDS"),
        help=say("一个查询最多几秒", "how long a query may take"),
    )
    @click.option(
        "--max-rows",
        type=click.IntRange(min=1),
        metavar=say("行数", "N"),
        help=say(
            "一个 SPARQL 查询最多几行；截断会说明（默认不限）",
            "solutions that a SPARQL query gives at most; a cut result says so (default: all)",
        ),
    )
    @click.option(
        "--workers",
        type=click.IntRange(1, 256),
        metavar="N",
        help=say(
            "回答查询的进程数，费时的查询另有同样多（默认：处理器数，至少 2）",
            "processes that answer queries, and as many for slow ones (default: the processors,"
            " at least 2)",
        ),
    )
    @click.option(
        "--memory",
        type=click.IntRange(64, 1 << 20),
        default=1024,
        show_default=True,
        metavar="MiB",
        help=say("一个查询最多用多少内存", "memory that a query may take"),
    )
    @click.option(
        "--allow-host",
        "hosts",
        multiple=True,
        metavar=say("名字", "NAME"),
        help=say(
            "人们还用什么名字访问这台服务器（* 表示任何名字）；可写多次",
            "another name that the server is called by (* for any); may be given several times",
        ),
    )
    @click.option(
        "--trust-proxy",
        "proxies",
        multiple=True,
        metavar=say("地址", "ADDRESS"),
        help=say(
            "信任哪个代理的 X-Forwarded-For（默认：本机）；可写多次",
            "a proxy whose X-Forwarded-For is believed (default: this machine)",
        ),
    )
    @click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar=say("文件", "FILE"),
        help=say("报告原文，用来引出处", "the text of the report, to quote evidence from"),
    )
    @click.option(
        "--contact",
        metavar=say("地址", "ADDRESS"),
        help=say(
            "读者向哪里报告错误：邮箱，或提交问题的网址",
            "where readers report errors: an address of mail, or of a page to write issues on",
        ),
    )
    @click.option(
        "--map-search",
        metavar="URL",
        help=say(
            "地址链接到哪个地图搜索，{} 代表地址（默认：OpenStreetMap）",
            "the search on a map that addresses link to, {} being the address (default:"
            " OpenStreetMap)",
        ),
    )
    @click.option(
        "--write-token-file",
        type=click.Path(path_type=Path),
        metavar=say("文件", "FILE"),
        help=say(
            "写入口令所在的文件；有口令才能用 API 加三元组（同 kg add）",
            "a file with the write token: whoever has it may add triples by the API (as kg add)",
        ),
    )
    @click.option(
        "--log/--no-log",
        default=True,
        help=say("每个请求在 stderr 上记一行 JSON", "a line of JSON per request on stderr"),
    )
    @common_options(say)
    def run(**options: Any) -> int:
        options.pop("verbose")
        return _serve(options, say)

    return run


def _serve(options: dict[str, Any], say: Speaker) -> int:
    # slow to import, and only this command needs them
    from kg_builder.serving.app import make_app
    from kg_builder.serving.server import Server

    settings = _settings(options, say)
    listener = _listener(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    app = make_app(settings)
    name = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - as was asked for
    address = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"

    def ready() -> None:
        say.tell(
            say(
                f"{settings.store} 在 {address} ；Ctrl-C 结束",
                f"{settings.store} is at {address} ; Ctrl-C ends it",
            )
        )

    _allow_files()
    server = Server(app, settings, ready)
    try:
        server.run([listener])
    except SystemExit:  # as uvicorn leaves when it could not start
        failure = app.state.kg.failure
        if failure is not None:
            raise failure from None
        raise
    return _INTERRUPTED if server.told == signal.SIGINT else 0


def _settings(options: dict[str, Any], say: Speaker) -> Settings:
    from kg_builder.asking.stores import locate_store
    from kg_builder.graph.distribution.options import is_contact, is_web_address
    from kg_builder.serving.state import Settings

    project = options["project"]
    base = options["base"]
    if base is not None and not (is_web_address(base) and base.endswith("/")):
        raise InputError(
            f"--base 应是以 / 结尾的 http(s) 网址，不是“{base}”",
            f"--base is an http(s) address that ends in /, not {base!r}",
        )
    contact = options["contact"]
    if contact is not None and not is_contact(contact):
        raise InputError(
            f"--contact 应是邮箱或网址，不是“{contact}”",
            f"--contact is an address of mail or of the web, not {contact!r}",
        )
    search = options["map_search"]
    if search is not None and not ("{}" in search and is_web_address(search.replace("{}", ""))):
        raise InputError(
            f"--map-search 应是带 {{}} 的 http(s) 网址，不是“{search}”",
            f"--map-search is an http(s) address with {{}} in it, not {search!r}",
        )
    with show_progress(say) as progress:
        store = locate_store(options["store"], project, progress)
    given: dict[str, Any] = {}
    if options["workers"] is not None:
        given["workers"] = options["workers"]
    if options["proxies"]:
        given["proxies"] = options["proxies"]
    if options["map_search"] is not None:
        given["map_search"] = options["map_search"]
    return Settings(
        store=store,
        host=options["host"],
        port=options["port"],
        base=base,
        timeout=options["timeout"],
        max_rows=options["max_rows"],
        memory=options["memory"] << 20,
        project=project,
        report=options["report"],
        language=say.language,
        write_token=_token(options["write_token_file"]),
        contact=contact,
        hosts=options["hosts"],
        log=options["log"],
        **given,
    )


def _token(path: Path | None) -> str | None:
    """Return the write token that a file holds. Raises InputError for one that is easy to guess."""
    if path is None:
        return None
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了：{error}", f"cannot be read: {error}", file=str(path)) from error
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise InputError(
            f"口令应是至少 {_SHORTEST_TOKEN} 个 ASCII 字符，例如 openssl rand -hex 32 所给",
            f"a write token is {_SHORTEST_TOKEN} ASCII characters or more, such as openssl rand"
            " -hex 32 gives",
            file=str(path),
        )
    return token


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises OutputError where the system refuses."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"不能在 {host} 的端口 {port} 上听（{reason}）：请用 --port 换一个",
            f"cannot listen at port {port} of {host} ({reason}): give another --port",
        ) from error
    return listener


def _allow_files() -> None:
    """Let this process have as many connections as the system lets it."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
