"""The device ``cpp``: a program compiled once, in several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking.devices.device import Device

if TYPE_CHECKING:
    from spiking.devices.device import Report
    from spiking.network.network_arrays import NetworkArrays
    from spiking.trials.trial import Spikes, Trials


def _run(arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Report) -> Spikes:
    from spiking.devices.cpp.device import run_compiled

    return run_compiled(arrays, trials, n_jobs=n_jobs, report=report)


CPP = Device("cpp", "compiled once", _run)
