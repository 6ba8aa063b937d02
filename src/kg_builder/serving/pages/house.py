"""What all rooms of the site share: the graph as it stands now, the thread, how a page is made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.pages.knowledge import Knowledge
from kg_builder.serving.pages.reader import Reader, reader_of
from kg_builder.serving.pages.rendering import Renderer
from kg_builder.serving.pages.site import Site
from kg_builder.serving.pages.telling import Teller

GET: Final = ("GET", "HEAD")
_STATUS: Final[Mapping[int, Bilingual]] = {
    400: Bilingual("请求有误", "The request is wrong"),
    404: Bilingual("没有这一页", "There is no such page"),
    405: Bilingual("此处不接受这种请求", "This kind of request is not taken here"),
    410: Bilingual("此条目已撤回", "This entry has been withdrawn"),
    413: Bilingual("太大了", "Too large"),
    500: Bilingual("服务器出错了", "The server failed"),
    503: Bilingual("现在算不了", "Not now"),
}

T = TypeVar("T")


class House:
    """Makes pages, one after the other: what is looked up is kept for all of them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.renderer = Renderer()
        self._thread = ThreadPoolExecutor(1, "pages")
        self._knowledge: Knowledge | None = None

    def warm_up(self, values: Callable[[Teller], object]) -> None:
        """Let what a page needs be looked up by the thread of the pages."""
        reader = Reader("zh", chosen=False, path="/")
        self._thread.submit(lambda: values(self.teller(reader)))

    def close(self) -> None:
        """End the thread that makes pages."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    @property
    def is_current(self) -> bool:
        """Whether what is known is of the graph as it stands."""
        return self._knowledge is not None and self._knowledge.graph is self.site.graph

    async def run(self, make: Callable[[], T]) -> T:
        """Run something in the thread of the pages."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, make)

    def teller(self, reader: Reader) -> Teller:
        """Return what tells of the graph as it is now; for the thread of the pages."""
        if self._knowledge is None or not self.is_current:
            graph, names = self.site.graph_and_names
            self._knowledge = Knowledge(graph, names, self.site.resources, self.site.report)
        return Teller(self._knowledge, self.site, reader)

    async def page(
        self,
        request: Request,
        template: str,
        values: Callable[[Teller], Mapping[str, Any] | None],
    ) -> Response:
        """Return a page of what `values` gives; the page of 404 where it gives nothing."""
        reader = reader_of(request)

        def make() -> Response:
            found = values(self.teller(reader))
            if found is None:
                return self.failure(reader, 404)
            return self.renderer.page(template, reader, **found)

        return await self.run(make)

    def failure(
        self, reader: Reader, status: int, detail: str = "", title: str | None = None
    ) -> Response:
        """Return the page that says that something went wrong, and where to go from there."""
        words = title or reader.pick(_STATUS.get(status, _STATUS[400 if status < 500 else 500]))
        response = self.renderer.page(
            "error.html", reader, status, title=words, detail=detail, number=status
        )
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response
