"""Independent rate models, one process and one thread each.

A step of the rate model is a chain of small operations: two threads inside it gain
little on an idle machine and spin against each other on a busy one. Whole models
side by side use every core either way.
"""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bridge.progress import Progress, task
from spiking.cores import available_cores

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
    """
    results: list[Result] = []
    if not arguments:
        return results
    n_processes = min(available_cores(), len(arguments))
    context = multiprocessing.get_context("spawn")
    calls = [(function, each) for each in arguments]
    # leaving the block ends the processes, after an interrupt as well
    with (
        task(progress, label, len(arguments)),
        context.Pool(n_processes, initializer=_prepare) as pool,
    ):
        for result in pool.imap(_call, calls):
            results.append(result)
            progress.advance(label)
    return results


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import torch

    torch.set_num_threads(1)


def _call(call: tuple[Callable[..., Result], dict[str, Any]]) -> Result:
    function, arguments = call
    return function(**arguments)
