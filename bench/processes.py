"""Processes of their own, so that who pays takes no turns from what is measured.

Each runs on uvloop, as a bot in production does: Red installs it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import uvloop

from .watching import Watched, watching

P = ParamSpec("P")
T = TypeVar("T")

# Not forked: a fresh process has read nothing yet.
_FRESH = multiprocessing.get_context("spawn")
_WATCH, _REPORT, _STOP = "watch", "report", "stop"


def in_its_own(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns, done in a process that lives no longer than that."""
    with ProcessPoolExecutor(1, mp_context=_FRESH) as pool:
        return pool.submit(_run, partial(work, *args, **kwargs)).result()


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return uvloop.run(work())


class Server:
    """A process that takes webhooks at a port of the loopback."""

    def __init__(self, pipe: Connection, port: int) -> None:
        self._pipe = pipe
        self.port = port

    @contextmanager
    def watched(self) -> Iterator[Watched]:
        """What is seen of its event loop meanwhile; to be read afterwards."""
        watched = Watched()
        self._pipe.send(_WATCH)
        yield watched
        self._pipe.send(_REPORT)
        watched.add(self._pipe.recv())


@contextmanager
def serving(
    serve: Callable[..., Coroutine[Any, Any, None]], *arguments: object
) -> Iterator[Server]:
    """A server, from when it is ready to when it has written everything.

    Parameters
    ----------
    serve
        Given one end of a pipe, to call :func:`attend` with, a port, and the ``arguments``.
    """
    from processes import free_port  # noqa: PLC0415 - brings what the measured do not have

    port = free_port()
    ours, theirs = _FRESH.Pipe()
    process = _FRESH.Process(target=_run, args=(partial(serve, theirs, port, *arguments),))
    process.start()
    theirs.close()
    try:
        ours.recv()
        yield Server(ours, port)
        ours.send(_STOP)
        process.join()
    finally:
        process.kill()
        process.join()


async def attend(pipe: Connection) -> None:
    """In a server: say that it is ready, and return when it is to stop."""
    loop = asyncio.get_running_loop()
    pipe.send("ready")
    # Config saves in the loop's own threads; this one takes none of those away.
    with ThreadPoolExecutor(1) as ear:
        while await loop.run_in_executor(ear, pipe.recv) == _WATCH:
            async with watching() as watched:
                await loop.run_in_executor(ear, pipe.recv)
            pipe.send(watched)
