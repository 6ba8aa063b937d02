"""Child processes: what comes back, and how it says that nothing will."""

from __future__ import annotations

import ctypes
import math
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.processes import is_running, until, until_ended

from kg_builder.errors import (
    CrashError,
    InputError,
    KgError,
    MemoryLimitError,
    TimeLimitError,
    WorkerError,
)
from kg_builder.workers import Standby, map_in_children, run_in_child

MEGABYTE = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


class UnpicklableError(Exception):
    def __init__(self) -> None:
        super().__init__("held", threading.Lock())


def refuse() -> None:
    raise InputError("读不出", "cannot be read", file="a.txt", line=3, column=7)


def refuse_with_lock() -> None:
    raise UnpicklableError


def chatter() -> str:
    sys.stdout.write("noise\n")
    os.write(1, b"more noise")
    os.write(2, b"and more")
    return "answer"


def give_lock() -> object:
    return threading.Lock()


def start_child_and_sleep(pid_file: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(pid_file).write_text(str(child.pid))
    time.sleep(60)


def nest_and_sleep(pid_file: str) -> None:
    run_in_child(start_child_and_sleep, pid_file, timeout=60)


def wait_in_child(pid_file: str) -> None:
    run_in_child(wait_for_ever, pid_file, timeout=2)


def wait_for_ever(pid_file: str) -> None:
    Path(pid_file).write_text(str(os.getpid()))
    while True:
        time.sleep(60)


def doubler() -> Callable[[int], int]:
    return lambda item: item * 2


def witness() -> Callable[[object], tuple[int, int]]:
    """Make a function that tells its process, and how often it was called there."""
    calls: list[object] = []

    def tell(item: object) -> tuple[int, int]:
        calls.append(item)
        return os.getpid(), len(calls)

    return tell


def late(folder: str) -> Callable[[int], int]:
    """Make a function that keeps the first item waiting until the third is done."""

    def wait(item: int) -> int:
        if item == 0:
            while not (Path(folder) / "2").exists():
                time.sleep(0.01)
        (Path(folder) / str(item)).touch()
        return item

    return wait


def picky() -> Callable[[int], int]:
    def check(item: int) -> int:
        if item == 2:
            time.sleep(0.5)  # a later one fails first
        if item in (2, 3):
            raise InputError("读不出", "cannot be read", file=f"{item}.txt")
        return item

    return check


def unmakeable() -> Callable[[object], object]:
    raise InputError("没有", "nothing there", file="genre")


def mortal() -> Callable[[str], int]:
    ways = {"segv": lambda: ctypes.string_at(0), "leave": lambda: os._exit(0), "abort": os.abort}

    def live(item: str) -> int:
        ways.get(item, int)()
        return os.getpid()

    return live


def sleeper(folder: str) -> Callable[[float], None]:
    (Path(folder) / str(os.getpid())).touch()
    return time.sleep


def map_for_ever(folder: str) -> None:
    list(map_in_children(sleeper, folder, items=[0.5] * 1000, jobs=2))


def holder() -> Callable[[object], object]:
    return lambda _item: threading.Lock()


def echo() -> Callable[[bytes], bytes]:
    return bytes


def test_returns_the_value():
    assert run_in_child(math.gcd, 12, 18, timeout=60) == 6


def test_large_values_go_in_and_out():
    data = bytes(range(256)) * 40_000
    assert run_in_child(operator.add, data, data, timeout=60) == data + data


def test_runs_in_another_process():
    assert run_in_child(os.getpid, timeout=60) != os.getpid()


def test_what_the_function_prints_goes_nowhere(capfd):
    assert run_in_child(chatter, timeout=60) == "answer"
    assert capfd.readouterr() == ("", "")


def test_an_exception_of_the_function_is_raised_with_its_traceback():
    with pytest.raises(ZeroDivisionError) as caught:
        run_in_child(operator.truediv, 1, 0, timeout=60)
    assert "Traceback" in caught.value.__notes__[0]


def test_our_own_errors_keep_both_messages_and_the_place():
    with pytest.raises(InputError) as caught:
        run_in_child(refuse, timeout=60)
    assert caught.value.render("zh") == "a.txt:3:7: 读不出"
    assert caught.value.render("en") == "a.txt:3:7: cannot be read"


@pytest.mark.parametrize("function", [refuse_with_lock, give_lock])
def test_what_cannot_be_pickled_is_described(function):
    with pytest.raises((WorkerError, TypeError), match=r"UnpicklableError|pickle"):
        run_in_child(function, timeout=60)


def test_a_child_that_leaves_without_an_answer():
    with pytest.raises(WorkerError):
        run_in_child(os._exit, 0, timeout=60)
    with pytest.raises(CrashError, match="3"):
        run_in_child(os._exit, 3, timeout=60)


def test_timeout():
    start = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"0\.5 s"):
        run_in_child(time.sleep, 60, timeout=0.5)
    assert time.monotonic() - start < 30


def test_timeout_ends_code_that_never_returns_to_the_interpreter():
    with pytest.raises(TimeLimitError):
        run_in_child(pow, 3, 10**9, timeout=1)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
@pytest.mark.parametrize("function", [start_child_and_sleep, nest_and_sleep])
def test_timeout_ends_what_the_child_started(tmp_path, function):
    pid_file = tmp_path / "pid"
    with pytest.raises(TimeLimitError):
        run_in_child(function, str(pid_file), timeout=3)
    until_ended([int(pid_file.read_text())])


def test_death_by_signal():
    with pytest.raises(CrashError, match="SIGSEGV"):
        run_in_child(ctypes.string_at, 0, timeout=60)
    with pytest.raises(CrashError, match="SIGABRT"):
        run_in_child(os.abort, timeout=60)
    with pytest.raises(TimeLimitError):
        run_in_child(signal.raise_signal, signal.SIGXCPU, timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_memory():
    with pytest.raises(MemoryLimitError):
        run_in_child(bytearray, 2048 * MEGABYTE, timeout=60, memory=512 * MEGABYTE)
    assert run_in_child(len, bytes(MEGABYTE), timeout=60, memory=512 * MEGABYTE) == MEGABYTE


def test_every_error_has_both_languages():
    with pytest.raises(KgError) as caught:
        run_in_child(os.abort, timeout=60)
    assert caught.value.render("zh") != caught.value.render("en")


@pytest.mark.parametrize("jobs", [1, 3])
def test_answers_come_in_the_order_of_the_items(jobs):
    assert list(map_in_children(doubler, items=range(50), jobs=jobs)) == list(range(0, 100, 2))
    assert list(map_in_children(doubler, items=[], jobs=jobs)) == []


def test_a_slow_item_keeps_its_place(tmp_path):
    found = list(map_in_children(late, str(tmp_path), items=range(6), jobs=2))
    assert found == list(range(6))


def test_each_child_makes_its_function_once():
    told = list(map_in_children(witness, items=range(40), jobs=2))
    calls: dict[int, list[int]] = {}
    for pid, number in told:
        calls.setdefault(pid, []).append(number)
    assert len(calls) <= 2
    assert os.getpid() not in calls
    for numbers in calls.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_items_are_taken_as_they_are_needed():
    taken = []
    items = (taken.append(number) or number for number in range(1000))
    with closing(map_in_children(doubler, items=items, jobs=2)) as answers:
        for number, answer in zip(range(20), answers, strict=False):
            assert answer == 2 * number
            assert len(taken) <= number + 4


def test_large_items_and_answers_do_not_block_each_other():
    items = [bytes([number]) * 3_000_000 for number in range(8)]
    assert list(map_in_children(echo, items=items, jobs=2)) == items


def test_the_first_error_in_order_is_raised_in_its_place():
    answers = map_in_children(picky, items=range(6), jobs=3)
    assert [next(answers), next(answers)] == [0, 1]
    with pytest.raises(InputError) as caught:
        next(answers)
    assert caught.value.render("en") == "2.txt: cannot be read"


def test_an_error_of_making_the_function_is_raised():
    with pytest.raises(InputError, match="nothing there"):
        list(map_in_children(unmakeable, items=range(6), jobs=2))


def test_an_answer_that_cannot_be_pickled():
    with pytest.raises(TypeError, match="pickle"):
        list(map_in_children(holder, items=[1], jobs=1))
    with pytest.raises(TypeError, match="pickle"):
        list(map_in_children(echo, items=[threading.Lock()], jobs=1))


@pytest.mark.parametrize(
    ("way", "said"), [("segv", "SIGSEGV"), ("abort", "SIGABRT"), ("leave", "0")]
)
def test_a_child_that_dies_ends_the_others(way, said):
    answers = map_in_children(mortal, items=["", "", "", "", way, *[""] * 20], jobs=2)
    pids = {next(answers) for _ in range(4)}
    with pytest.raises(CrashError, match=said):
        list(answers)
    until_ended(pids)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_leaving_early_ends_the_children():
    with closing(map_in_children(witness, items=range(100), jobs=2)) as answers:
        pids = {next(answers)[0] for _ in range(10)}
        assert any(is_running(pid) for pid in pids)
    until_ended(pids)


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    code = "import sys; from tests.unit.test_workers import map_for_ever; map_for_ever(sys.argv[1])"
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    try:
        until(lambda: len(list(tmp_path.iterdir())) == 2, 60)
    finally:
        parent.kill()
        parent.wait()
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert len(pids) == 2
    until_ended(pids)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_a_child_that_waits_ends_after_its_parent_was_killed(tmp_path):
    pid_file = tmp_path / "pid"
    code = f"from tests.unit.test_workers import *; wait_in_child({str(pid_file)!r})"
    with subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2]) as parent:
        until(lambda: pid_file.exists() and pid_file.read_text())
        parent.kill()
    until_ended([int(pid_file.read_text())])


def loaded_modules() -> set[str]:
    return set(sys.modules)


def test_a_child_that_stands_by_answers_and_has_its_modules():
    with Standby("colorsys") as standby:
        assert "colorsys" in standby.run(loaded_modules, timeout=30)
        # the next call starts a child of its own
        assert "colorsys" not in standby.run(loaded_modules, timeout=30)
        standby.prepare()
        assert "colorsys" in standby.run(loaded_modules, timeout=30)


def test_calls_of_threads_that_share_a_standby_have_a_child_each():
    with Standby() as standby:
        pids: list[int] = []
        threads = [
            threading.Thread(target=lambda: pids.append(standby.run(os.getpid, timeout=30)))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(pids)) == 3
    assert os.getpid() not in pids


@pytest.mark.parametrize(
    ("function", "args", "error"),
    [
        (refuse, (), InputError),
        (time.sleep, (60,), TimeLimitError),
        (os.kill, (0, signal.SIGKILL), CrashError),
    ],
)
def test_a_child_that_stands_by_fails_as_any_other(function, args, error):
    with Standby() as standby, pytest.raises(error):
        standby.run(function, *args, timeout=1)


def test_the_limits_of_a_child_that_stands_by_are_those_of_the_call():
    with Standby() as standby, pytest.raises(MemoryLimitError):
        standby.run(bytearray, 512 * MEGABYTE, timeout=30, memory=256 * MEGABYTE)


def standing_by(pid_file: str) -> Standby:
    """Start a child that writes its process to a file and waits."""
    standby = Standby()
    Path(pid_file).write_text(str(standby._ready[0].pid))
    return standby


def test_closing_ends_the_child_that_stands_by(tmp_path):
    standby = standing_by(str(tmp_path / "pid"))
    pid = int((tmp_path / "pid").read_text())
    assert is_running(pid)
    standby.close()
    until_ended([pid])


def test_a_child_that_stands_by_ends_after_its_parent_was_killed(tmp_path):
    pid_file = tmp_path / "pid"
    code = (
        "import os; from tests.unit.test_workers import standing_by; "
        f"kept = standing_by({str(pid_file)!r}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    until_ended([int(pid_file.read_text())])


def test_a_child_that_died_while_it_stood_by_is_replaced():
    with Standby() as standby:
        pid = standby._ready[0].pid
        os.kill(pid, signal.SIGKILL)
        until_ended([pid])
        assert standby.run(os.getpid, timeout=30) != pid
