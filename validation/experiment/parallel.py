"""Independent rate models, one process and one thread each.

A step of the rate model is a chain of small operations: two threads inside it gain
little on an idle machine and spin against each other on a busy one. Whole models
side by side use every core either way.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from bridge.errors import DeviceError
from bridge.machine.cores import available_cores
from bridge.machine.parent import end_with_parent
from bridge.progress import Progress, task

Result = TypeVar("Result")


def map_in_processes(
    function: Callable[..., Result],
    arguments: Sequence[dict[str, Any]],
    *,
    label: str,
    progress: Progress,
) -> list[Result]:
    """Call a function with each set of keyword arguments.

    Parameters
    ----------
    function
        A function of a module, so that another process finds it.
    arguments
        Keyword arguments of each call.
    label
        Name of the task, one unit of work per call.
    progress
        Receives the progress.

    Returns
    -------
    list
        Results in the order of ``arguments``.

    Raises
    ------
    DeviceError
        If a process is killed, as a machine short of memory does.
    """
    if not arguments:
        return []
    pool = ProcessPoolExecutor(
        min(available_cores(), len(arguments)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(os.getpid(),),
    )
    futures = []
    try:
        with _main_hidden(), task(progress, label, len(arguments)):
            for each in arguments:
                futures.append(pool.submit(function, **each))
                futures[-1].add_done_callback(lambda _: progress.advance(label))
            return [future.result() for future in futures]
    except BrokenProcessPool:
        raise DeviceError(
            f"{label}: a process was killed, perhaps for want of memory; free some, "
            "or validate a smaller column"
        ) from None
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep new processes from running the user's script again.

    A process that is spawned imports the ``__main__`` of its parent, where a script
    without a guard would start all over; the functions called here lie in modules.
    """
    main = sys.modules["__main__"]
    names = ("__file__", "__spec__")
    kept = {name: vars(main)[name] for name in names if name in vars(main)}
    for name in kept:
        delattr(main, name)
    main.__spec__ = None
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


def _prepare(parent: int) -> None:
    """Leave signals of the terminal to the parent, and end when it is gone."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(parent)
    import torch

    torch.set_num_threads(1)
