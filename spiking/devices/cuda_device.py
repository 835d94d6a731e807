"""The device ``cuda``: an NVIDIA GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiking.devices.device import Device

if TYPE_CHECKING:
    from spiking.devices.device import MakeArrays, Report
    from spiking.network.network_arrays import NetworkArrays
    from spiking.trials.trial import Spikes, Trials


def _run(arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Report) -> Spikes:
    from spiking.devices.cuda.device import run_on_gpu

    return run_on_gpu(arrays, trials, report=report)


def _check(arrays: MakeArrays | None) -> str:
    """Return the name of the GPU; see :attr:`Device.check`."""
    from spiking.devices.cuda.device import check_cuda
    from spiking.devices.cuda.memory import choose_capacity

    _, gpu = check_cuda()
    if arrays is not None:
        choose_capacity(arrays(), gpu)
    return gpu.name


CUDA = Device("cuda", "NVIDIA GPU, needs the extra 'cuda'", _run, _check)
