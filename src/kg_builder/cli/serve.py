"""`kg serve`: a SPARQL endpoint, linked data and pages from a built folder."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kg_builder.cli.graphs import store_option_of
from kg_builder.cli.options import SECONDS, Speaker, common_options, examples, show_progress
from kg_builder.errors import InputError, OutputError
from kg_builder.model.bilingual import Bilingual

if TYPE_CHECKING:  # slow to import
    from kg_builder.serving.settings import Settings

_INTERRUPTED: Final = 130
_SHORTEST_TOKEN: Final = 16
_LONGEST_TOKEN: Final = 1024
_HOST: Final = re.compile(
    r"[A-Za-z0-9._-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Fa-f:]+"
)
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
            "kg serve --base https://data.example.cn/kg/ --max-rows 10000 --no-cors",
            "kg serve --host 0.0.0.0 --allow-host kg.example.cn --trust-proxy 10.0.0.0/8",
        ),
    )
    @store_option_of(
        say,
        "kg build 建好的文件夹，或任何 RDF 文件（默认：build/，没有则用已发布的图）",
        "a folder of kg build, or any RDF (default: build/, else the published graph)",
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
        metavar=say("端口", "PORT"),
        help=say("在哪个端口上听（0：任一空的）", "which port to listen at (0: any free one)"),
    )
    @click.option(
        "--base",
        metavar="IRI",
        help=say(
            "对外的网址，例如在代理后面：页面、端点和实例 IRI 都在它下面"
            "（默认：实例 IRI 在图里的基址）",
            "the address under which everything is reached, as behind a proxy: pages, endpoint"
            " and instance IRIs (default: these at the base of the graph)",
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
            "信任哪个代理（地址或网段）的 X-Forwarded-For 和 X-Forwarded-Proto"
            "（默认：本机；none 表示都不信）；可写多次",
            "a proxy, or a network of them, whose X-Forwarded-For and X-Forwarded-Proto are"
            " believed (default: this machine; none for no proxy); may be given several times",
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
        "--cors/--no-cors",
        default=True,
        help=say(
            "别的网站的页面能否用脚本读取数据（写入总是不能；默认能）",
            "whether scripts of other sites' pages may read the data (never write; default: yes)",
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
    return _INTERRUPTED if server.ended_by == signal.SIGINT else 0


def _settings(options: dict[str, Any], say: Speaker) -> Settings:
    from kg_builder.asking.stores import locate_store
    from kg_builder.serving.settings import Settings

    _check_addresses(options)
    project = options["project"]
    report = options["report"]
    if report is not None and not report.is_file():
        raise InputError("没有这个文件", "no such file", file=str(report))
    with show_progress(say) as progress:
        store = locate_store(options["store"], project, progress)
    given = {name: options[name] for name in ("workers", "map_search") if options[name] is not None}
    if options["proxies"]:
        given["proxies"] = _proxies(options["proxies"])
    return Settings(
        store=store,
        host=options["host"],
        port=options["port"],
        base=options["base"],
        timeout=options["timeout"],
        max_rows=options["max_rows"],
        memory=options["memory"] << 20,
        project=project,
        report=report,
        language=say.language,
        write_token=_token(options["write_token_file"], say),
        contact=options["contact"],
        hosts=_hosts(options["hosts"]),
        cors=options["cors"],
        log=options["log"],
        **given,
    )


def _check_addresses(options: Mapping[str, Any]) -> None:
    """Raise InputError for an option that is not the address that it should be."""
    from kg_builder.graph.distribution.options import is_contact, is_web_address

    base, contact, search = (options[name] for name in ("base", "contact", "map_search"))
    if base is not None and not (
        is_web_address(base) and base.endswith("/") and not set("?#@") & set(base)
    ):
        raise InputError(
            f"--base 应是以 / 结尾的 http(s) 网址（不带 ?、#、@），不是“{base}”",
            f"--base is an http(s) address that ends in / (without ?, # and @), not {base!r}",
        )
    if contact is not None and not is_contact(contact):
        raise InputError(
            f"--contact 应是邮箱或网址，不是“{contact}”",
            f"--contact is an address of mail or of the web, not {contact!r}",
        )
    if search is not None and not ("{}" in search and is_web_address(search.replace("{}", ""))):
        raise InputError(
            f"--map-search 应是带 {{}} 的 http(s) 网址，不是“{search}”",
            f"--map-search is an http(s) address with {{}} in it, not {search!r}",
        )


def _hosts(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of the server. Raises InputError for what Host never holds."""
    for name in names:
        if name != "*" and not _HOST.fullmatch(name):
            raise InputError(
                f"--allow-host 应是一个主机名（如 kg.example.cn）或 *，不是“{name}”",
                f"--allow-host is the name of a host, as kg.example.cn, or *, not {name!r}",
            )
    return tuple(names)


def _proxies(names: Sequence[str]) -> tuple[str, ...]:
    """Return addresses of proxies. Raises InputError for what is none."""
    from kg_builder.serving.addresses import Proxies

    found = tuple(name for name in names if name != "none")
    for name in found:
        try:
            Proxies([name])
        except ValueError as error:
            raise InputError(
                f"--trust-proxy 应是 IP 地址、网段（如 10.0.0.0/8）或 none，不是“{name}”",
                f"--trust-proxy is an IP address, a network as 10.0.0.0/8, or none, not {name!r}",
            ) from error
    return found


def _token(path: Path | None, say: Speaker) -> str | None:
    """Return the write token that a file holds. Raises InputError for one that is easy to guess."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            token = file.read(_LONGEST_TOKEN + 2).decode("utf-8-sig").strip()
            mode = os.fstat(file.fileno()).st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"读不了：{error}", f"cannot be read: {error}", file=str(path)) from error
    fits = _SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN
    if not fits or not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            f"口令应是 {_SHORTEST_TOKEN} 到 {_LONGEST_TOKEN} 个 ASCII 字符，"
            "例如 openssl rand -hex 32 所给",
            f"a write token is {_SHORTEST_TOKEN} to {_LONGEST_TOKEN} ASCII characters, such as"
            " openssl rand -hex 32 gives",
            file=str(path),
        )
    if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH):
        say.warn(
            str(path),
            say(
                "本机别的用户也能读或改这个口令；请 chmod 600",
                "other users of this machine can read or change the write token: chmod 600",
            ),
        )
    return token


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises OutputError where the system refuses."""
    try:
        found = socket.getaddrinfo(host or "?", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"--host 应是本机的一个地址，例如 127.0.0.1、0.0.0.0 或 ::，不是“{host}”",
            f"--host is an address of this machine, as 127.0.0.1, 0.0.0.0 or ::, not {host!r}",
        ) from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _not_listening(host, port, error) from error
    return listener


def _not_listening(host: str, port: int, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    match error.errno:
        case errno.EADDRNOTAVAIL:
            mend = Bilingual(
                "用 --host 换一个本机的地址", "give an address of this machine by --host"
            )
        case errno.EACCES:
            mend = Bilingual("用 --port 换一个 1023 以上的", "give a --port above 1023")
        case _:
            mend = Bilingual("请用 --port 换一个", "give another --port")
    return OutputError(
        f"不能在 {host} 的端口 {port} 上听（{reason}）：{mend.zh}",
        f"cannot listen at port {port} of {host} ({reason}): {mend.en}",
    )


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
