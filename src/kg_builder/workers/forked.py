"""What runs in a child that a fork server has forked."""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

from kg_builder.workers.answers import answer, framed, made, requests
from kg_builder.workers.limits import Limits, address_space, alarm

Prepared = Callable[[Path], Callable[[Any], object]]
"""Makes what answers items, given a folder of the child's own."""
COMPLAINTS: Final = "complaints"
"""The file in a child's folder that its stderr goes to."""


def serve(prepared: Prepared, folder: Path, line: int, memory: int | None) -> NoReturn:
    """Answer the items that come on a socket until it is closed; never return into the fork.

    `memory` is how many bytes more the process may take than it has when it begins.
    """
    try:
        os.setsid()
        _redirect(folder, line)
        function, told = made(prepared, folder)
        if memory is not None:
            Limits(memory + address_space()).impose()
        ends_after = alarm()
        with socket.socket(fileno=os.dup(0)) as here, here.makefile("rb") as stream:
            here.sendall(framed(told))
            for seconds, item in requests(stream) if function is not None else ():
                ends_after(seconds)
                answered = answer(_use, function, item)
                ends_after(0)
                here.sendall(framed(answered))
    finally:
        os._exit(0)


def _redirect(folder: Path, line: int) -> None:
    """Let stdin be the socket; what is printed goes nowhere, complaints to a file."""
    for number, name in ((1, os.devnull), (2, str(folder / COMPLAINTS))):
        opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.dup2(line, 0)
    os.close(line)


def _use(function: Callable[[Any], object], item: bytes) -> object:
    return function(pickle.loads(item))  # noqa: S301 - written by `forkserver.item_for`
