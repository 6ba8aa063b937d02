"""How much each client may ask."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from kg_builder.serving.problems import Problem

_FORGET: Final = 60.0
"""Seconds between two looks for clients that have gone."""
_MOST: Final = 20_000
"""Clients that are remembered; where there are more, it is looked more often."""
_FORGET_MANY: Final = 1.0
"""Seconds between two looks then: each takes longer than a light answer."""


@dataclass(slots=True)
class Client:
    """How much one client may still ask now."""

    tokens: float
    at: float
    under_way: int = 0


class Clients:
    """Requests by client, so many a second on average, ten times as many at once."""

    def __init__(self, rate: float, at_once: int) -> None:
        self._rate = rate
        self._at_once = at_once
        self._clients: dict[str, Client] = {}
        self._swept = 0.0

    def admit(self, name: str) -> Client:
        """Count a request. Raises Problem for one too many."""
        now = time.monotonic()
        if now - self._swept > (_FORGET if len(self._clients) <= _MOST else _FORGET_MANY):
            self._sweep(now)
        most = 10 * self._rate
        client = self._clients.setdefault(name, Client(most, now))
        client.tokens = min(most, client.tokens + (now - client.at) * self._rate)
        client.at = now
        if client.tokens < 1:
            raise Problem(
                "too-many",
                f"一个客户端平均每秒最多 {self._rate:g} 个请求",
                f"one client has {self._rate:g} requests a second on average",
                headers={"retry-after": "1"},
            )
        if client.under_way >= self._at_once:
            raise Problem(
                "too-many",
                f"一个客户端同时最多 {self._at_once} 个请求",
                f"one client has {self._at_once} requests at a time",
                headers={"retry-after": "1"},
            )
        client.tokens -= 1
        return client

    def _sweep(self, now: float) -> None:
        self._swept = now
        idle = [
            name
            for name, client in self._clients.items()
            if not client.under_way and now - client.at > 10
        ]
        for name in idle:
            del self._clients[name]
