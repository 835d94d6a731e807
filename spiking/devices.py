"""The devices a simulation can run on: one table, one call."""

from collections.abc import Callable, Generator, Iterable

import numpy as np
from numpy.typing import NDArray

from bridge.errors import DeviceError
from spiking.cpp_device import run_compiled
from spiking.network_arrays import NetworkArrays
from spiking.runtime_device import run_in_process
from spiking.trial import Trial

Trials = Iterable[tuple[int, Callable[[], Trial]]]
Spikes = Generator[tuple[int, NDArray[np.int32]], None, None]
Runner = Callable[[NetworkArrays, Trials, int, Callable[[float], None]], Spikes]


def _cpp(
    arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Callable[[float], None]
) -> Spikes:
    return run_compiled(arrays, trials, n_jobs=n_jobs, report=report)


def _runtime(target: str) -> Runner:
    def run(
        arrays: NetworkArrays,
        trials: Trials,
        n_jobs: int,
        report: Callable[[float], None],
    ) -> Spikes:
        return run_in_process(arrays, trials, target=target, report=report)

    return run


DEVICES: dict[str, Runner] = {
    "cpp": _cpp,
    "cython": _runtime("cython"),
    "numpy": _runtime("numpy"),
}
"""Runner of each device: takes the network, the trials, the number of processes
and a progress callback; yields the spikes of each trial. A device is added here.
"""


def device_runner(device: str) -> Runner:
    """Return the runner of a device.

    Parameters
    ----------
    device
        ``"cpp"``, ``"cython"`` or ``"numpy"``.

    Returns
    -------
    callable
        See :data:`DEVICES`.

    Raises
    ------
    DeviceError
        If there is no such device.
    """
    if device not in DEVICES:
        reason = "is not available yet" if device == "cuda" else "does not exist"
        raise DeviceError(
            f"device {device!r} {reason}: choose from {', '.join(DEVICES)}"
        )
    return DEVICES[device]
