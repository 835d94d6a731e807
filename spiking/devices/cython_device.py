"""The device ``cython``: compiled by Brian2 inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking.devices.device import Device

if TYPE_CHECKING:
    from spiking.devices.device import Report
    from spiking.network.network_arrays import NetworkArrays
    from spiking.trials.trial import Spikes, Trials


def _run(arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Report) -> Spikes:
    from spiking.devices.runtime import run_in_process

    return run_in_process(arrays, trials, target="cython", report=report)


CYTHON = Device("cython", "compiled anew for a run", _run)
