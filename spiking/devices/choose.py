"""The devices a simulation can run on: one table, one call."""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.errors import DeviceError
from spiking.devices.cpp.device import run_compiled
from spiking.devices.cuda.device import check_cuda, run_on_gpu
from spiking.devices.cuda.gpu import OR_CPP
from spiking.devices.cuda.memory import choose_capacity
from spiking.devices.runtime import run_in_process
from spiking.network.network_arrays import NetworkArrays
from spiking.trials.trial import Spikes, Trials

Runner = Callable[[NetworkArrays, Trials, int, Callable[[float], None]], Spikes]


def _cpp(
    arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Callable[[float], None]
) -> Spikes:
    return run_compiled(arrays, trials, n_jobs=n_jobs, report=report)


def _cuda(
    arrays: NetworkArrays, trials: Trials, n_jobs: int, report: Callable[[float], None]
) -> Spikes:
    return run_on_gpu(arrays, trials, report=report)


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
    "cuda": _cuda,
    "cython": _runtime("cython"),
    "numpy": _runtime("numpy"),
}
"""Runner of each device: takes the network, the trials, the number of processes
and a progress callback; yields the spikes of each trial. A device is added here.
"""


@dataclass(frozen=True)
class DeviceChoice:
    """The device to be used.

    Attributes
    ----------
    name
        Key of :data:`DEVICES`.
    reason
        Why, in one line, where it was left open; else empty.
    """

    name: str
    reason: str = ""


def choose_device(
    wanted: str, arrays: Callable[[], NetworkArrays] | None = None
) -> DeviceChoice:
    """Return the device to use, having checked that it can be.

    Parameters
    ----------
    wanted
        A key of :data:`DEVICES`, or ``"auto"``: ``"cuda"`` where the extra, the
        CUDA toolkit and a GPU are there and the network fits, else ``"cpp"``.
    arrays
        Makes the network, if a GPU is there to fit it into; ``None`` leaves that
        check out.

    Returns
    -------
    DeviceChoice
        The device.

    Raises
    ------
    DeviceError
        If there is no such device, or it is ``"cuda"`` and something is missing
        or the network does not fit.
    """
    if wanted not in ("cuda", "auto"):
        device_runner(wanted)
        return DeviceChoice(wanted)
    try:
        _, gpu = check_cuda()
        if arrays is not None:
            choose_capacity(arrays(), gpu)
    except DeviceError as error:
        if wanted == "cuda":
            raise
        why = str(error).removeprefix("device ").removesuffix(OR_CPP)
        return DeviceChoice("cpp", f"device: cpp, because {why}")
    return DeviceChoice("cuda", f"device: cuda, on {gpu.name}")


def device_runner(device: str) -> Runner:
    """Return the runner of a device.

    Parameters
    ----------
    device
        A key of :data:`DEVICES`.

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
        raise DeviceError(
            f"device {device!r} does not exist: choose from {', '.join(DEVICES)}"
        )
    return DEVICES[device]
