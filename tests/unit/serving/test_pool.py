"""The pool of children behind `kg serve`, with real children that do what they are told."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager

import pytest
from tests.processes import slack

from kg_builder.errors import CrashError, MemoryLimitError, TimeLimitError
from kg_builder.serving.children import Kind
from kg_builder.serving.pool import ClosingError, FullError, Pool


def make_doer():
    return lambda _folder: do


def do(item):
    """Do what an item says, in a child."""
    word, *rest = item
    match word:
        case "say":
            return rest[0]
        case "spin":
            ends = time.process_time() + rest[0]
            while time.process_time() < ends:
                pass
            return "spun"
        case "sleep":
            time.sleep(rest[0])
            return "slept"
        case "eat":
            return len(bytearray(rest[0]))
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "fail":
            raise ValueError(rest[0])
    return None


@asynccontextmanager
async def pool(*, size=2, heavy=1, queue=1000):
    kind = Kind(make_doer, (), size, heavy, queue, memory=100 << 20, file_size=1 << 20)
    found = Pool(kind)
    try:
        await found.start()
        yield found
    finally:
        await found.close()


def test_each_gets_its_own_answer():
    async def main():
        async with pool() as some:
            asked = [some.ask(("say", number), 20) for number in range(500)]
            assert await asyncio.gather(*asked) == list(range(500))
            with pytest.raises(ValueError, match="so"):
                await some.ask(("fail", "so"), 20)
            assert some.waiting == 0
            assert some.replaced == 0

    asyncio.run(main())


def test_others_do_not_wait_for_what_is_heavy():
    async def main():
        async with pool() as some:
            heavy = [asyncio.create_task(some.ask(("spin", 0.8), 60)) for _ in range(4)]
            await asyncio.sleep(0.01)
            seconds = []
            while not all(task.done() for task in heavy):
                start = time.monotonic()
                assert await some.ask(("say", 1), 60) == 1
                seconds.append(time.monotonic() - start)
                await asyncio.sleep(0.01)
            assert [await task for task in heavy] == ["spun"] * 4
            assert some.replaced >= 4
            return sorted(seconds)

    seconds = asyncio.run(main())
    assert len(seconds) > 20
    assert seconds[int(0.95 * len(seconds))] < 0.5 * slack(), seconds[-5:]


@pytest.mark.parametrize(
    ("item", "error"),
    [(("die",), CrashError), (("eat", 1 << 30), MemoryLimitError), (("spin", 60), TimeLimitError)],
)
def test_what_ends_a_child_harms_nobody_else(item, error):
    async def main():
        async with pool(size=1) as some:
            hold = asyncio.create_task(some.ask(("sleep", 0.1), 20))
            await asyncio.sleep(0)
            timeout = 0.6 if error is TimeLimitError else 20
            bad = asyncio.create_task(some.ask(item, timeout))
            await asyncio.sleep(0)
            # those behind it are given to the same child
            good = [asyncio.create_task(some.ask(("say", number), 20)) for number in range(5)]
            start = time.monotonic()
            with pytest.raises(error) as told:
                await bad
            assert error is not CrashError or "SIGSEGV" in str(told.value)
            assert time.monotonic() - start < 1.6 + slack()
            assert await asyncio.gather(*good) == list(range(5))
            assert await hold == "slept"

    asyncio.run(main())


def test_there_is_an_end_to_waiting():
    async def main():
        async with pool(size=1, queue=2) as some:
            hold = asyncio.create_task(some.ask(("sleep", 0.6), 20))
            await asyncio.sleep(0)
            waiting = [asyncio.create_task(some.ask(("say", 1), wait)) for wait in (0.1, 20)]
            await asyncio.sleep(0)
            with pytest.raises(FullError):
                await some.ask(("say", 2), 20)
            with pytest.raises(FullError):
                await waiting[0]
            assert await waiting[1] == 1
            assert await hold == "slept"

    asyncio.run(main())


def test_nobody_works_for_those_who_have_gone():
    async def main():
        async with pool(size=1) as some:
            gone = [asyncio.create_task(some.ask(("spin", 60), 60)) for _ in range(3)]
            await asyncio.sleep(0.01)
            for task in gone:
                task.cancel()
            start = time.monotonic()
            assert await some.ask(("say", 1), 60) == 1
            assert time.monotonic() - start < 2 * slack()
            assert some.replaced == 1

    asyncio.run(main())


def test_closing_tells_everybody():
    async def main():
        async with pool(size=1) as some:
            items = (("spin", 60), ("spin", 60), ("say", 1), ("sleep", 60))
            tasks = [asyncio.create_task(some.ask(item, 60)) for item in items]
            await asyncio.sleep(0.6)
            await some.close()
            found = await asyncio.gather(*tasks, return_exceptions=True)
            told = sum(isinstance(one, ClosingError) for one in found)
            assert told + found.count(1) == 4
            assert told >= 3
            with pytest.raises(ClosingError):
                await some.ask(("say", 1), 60)

    asyncio.run(main())
