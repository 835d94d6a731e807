"""A call in a process of its own, that may crash, loop or fill the memory."""

import json
import os
import resource
import selectors
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MEMORY_BYTES = 6 * 2**30
"""Address space of a process beyond what it had at its start."""


@dataclass
class _Child:
    number: int
    pipe: int
    pid: int
    ends_at: float
    said: bytes = b""
    is_late: bool = False


def run_isolated(
    call: Callable[[int], Any], n_calls: int, *, n_jobs: int, limit_s: float
) -> Iterator[tuple[int, Any]]:
    """Run ``call(number)`` for every number, each in a forked process.

    Parameters
    ----------
    call
        Returns something that JSON can hold.
    n_calls, n_jobs
        Number of calls, and of those at a time.
    limit_s
        A process that computes longer is killed; one that waits, at six times that,
        for on a busy machine a good one waits as well.

    Yields
    ------
    number, result
        In any order; the result is ``{"hang": True}``, ``{"signal": n}`` or
        ``{"exit": n}`` where the process did not end as it should.
    """
    numbers = iter(range(n_calls))
    children: dict[int, _Child] = {}
    with selectors.DefaultSelector() as waiting:
        while True:
            while (
                len(children) < n_jobs and (number := next(numbers, None)) is not None
            ):
                child = _start(call, number, limit_s)
                children[child.pipe] = child
                waiting.register(child.pipe, selectors.EVENT_READ)
            if not children:
                return
            for key, _ in waiting.select(timeout=0.2):
                child = children[key.fd]
                piece = os.read(child.pipe, 2**16)
                child.said += piece
                if not piece:
                    waiting.unregister(child.pipe)
                    del children[child.pipe]
                    yield child.number, _result(child)
            for child in list(children.values()):
                if time.monotonic() > child.ends_at:
                    os.kill(child.pid, signal.SIGKILL)
                    child.is_late, child.ends_at = True, float("inf")


def _start(call: Callable[[int], Any], number: int, limit_s: float) -> _Child:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = 70
        try:
            _limit(limit_s)
            said = json.dumps(call(number)).encode()
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(said)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    return _Child(number, reading, pid, time.monotonic() + 6 * limit_s)


def _limit(seconds: float) -> None:
    with open("/proc/self/statm") as file:  # noqa: PTH123
        used = int(file.read().split()[0]) * resource.getpagesize()
    most = used + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (round(seconds), round(seconds) + 1))


def _result(child: _Child) -> Any:
    os.close(child.pipe)
    _, status = os.waitpid(child.pid, 0)
    end = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if child.is_late or end == signal.SIGXCPU:
        return {"hang": True}
    if end:
        return {"signal": end}
    if not child.said:
        return {"exit": os.WEXITSTATUS(status)}
    return json.loads(child.said)
