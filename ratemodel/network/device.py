"""The device and number type a rate model runs on."""

import torch

from bridge.errors import DeviceError, InputError


def resolve_device(device: str) -> torch.device:
    """Return the torch device ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.

    Raises
    ------
    DeviceError
        If there is no such device on this machine.
    """
    kind, _, index = device.partition(":")
    if kind not in ("cpu", "cuda") or (index and not index.isdecimal()):
        raise DeviceError(f"rate model device {device!r}: use cpu, cuda or cuda:N")
    if kind == "cuda":
        if not torch.cuda.is_available():
            raise DeviceError(
                "rate model device cuda: torch finds no GPU here; use device cpu"
            )
        if index and int(index) >= torch.cuda.device_count():
            raise DeviceError(
                f"rate model device {device}: this machine has "
                f"{torch.cuda.device_count()} GPU(s)"
            )
    return torch.device(device)


def device_name(device: torch.device) -> str:
    """Return what results call a device: ``"cpu"`` or the name of the GPU."""
    if device.type == "cpu":
        return "cpu"
    return str(torch.cuda.get_device_name(device))


def choose_device(device: str) -> str:
    """Return ``"cuda"`` or ``"cpu"`` for ``"auto"``, any other name as it is."""
    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def check_dtype(dtype: torch.dtype) -> torch.dtype:
    """Return ``dtype`` if it is float32 or float64.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if dtype not in (torch.float32, torch.float64):
        raise InputError(f"rate model dtype {dtype}: use float32 or float64")
    return dtype
