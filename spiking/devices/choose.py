"""The device of a simulation: chosen, and checked before any work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.errors import DeviceError
from spiking.devices.cuda.gpu import OR_CPP
from spiking.devices.registry import AUTO, DEVICES, PREFERRED

if TYPE_CHECKING:
    from spiking.devices.device import Device, MakeArrays, Runner


@dataclass(frozen=True)
class DeviceChoice:
    """The device to be used.

    Attributes
    ----------
    name
        Key of :data:`~spiking.devices.registry.DEVICES`.
    reason
        Why, in one line, where it was left open; else empty.
    """

    name: str
    reason: str = ""


def choose_device(wanted: str, arrays: MakeArrays | None = None) -> DeviceChoice:
    """Return the device to use, having checked that it can be.

    Parameters
    ----------
    wanted
        A key of :data:`~spiking.devices.registry.DEVICES`, or ``"auto"``: ``"cuda"``
        where the extra, the CUDA toolkit and a GPU are there and the network fits,
        else ``"cpp"``.
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
    if wanted != AUTO:
        _device(wanted, AUTO).check(arrays)
        return DeviceChoice(wanted)
    first, other = PREFERRED
    try:
        used = first.check(arrays)
    except DeviceError as error:
        why = str(error).removeprefix("device ").removesuffix(OR_CPP)
        return DeviceChoice(other.name, f"device: {other.name}, because {why}")
    return DeviceChoice(first.name, f"device: {first.name}, on {used}")


def device_runner(device: str) -> Runner:
    """Return the runner of a device.

    Parameters
    ----------
    device
        A key of :data:`~spiking.devices.registry.DEVICES`.

    Returns
    -------
    callable
        See :attr:`spiking.devices.device.Device.run`.

    Raises
    ------
    DeviceError
        If there is no such device.
    """
    return _device(device).run


def _device(name: str, *others: str) -> Device:
    if name not in DEVICES:
        names = ", ".join((*DEVICES, *others))
        raise DeviceError(f"device {name!r} does not exist: choose from {names}")
    return DEVICES[name]
