"""Asks the CUDA driver which GPU there is.

Another process asks, because a process that has called the driver cannot be forked
by one that wants to use the GPU; neither brian2cuda nor torch is imported.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

from bridge.errors import DeviceError

OR_CPP = ", or use --device cpp"
"""How messages about a missing part of the device end."""

_QUERY = """
import ctypes, json, sys
try:
    driver = ctypes.CDLL("libcuda.so.1")
except OSError:
    sys.exit("no driver")
number, device = ctypes.c_int(), ctypes.c_int()
if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(number)) or not number:
    sys.exit("no GPU")
driver.cuDeviceGet(ctypes.byref(device), 0)
name = ctypes.create_string_buffer(256)
driver.cuDeviceGetName(name, len(name), device)
version = []
for attribute in (75, 76):  # compute capability, major and minor
    value = ctypes.c_int()
    driver.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
    version.append(value.value)
context, free, total = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_size_t()
if (
    driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), device)
    or driver.cuCtxSetCurrent(context)
    or driver.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total))
):
    sys.exit("busy")
json.dump([name.value.decode(), "%d.%d" % tuple(version), free.value, total.value],
          sys.stdout)
"""

_REFUSALS = {
    "no driver": "the NVIDIA driver, which is not there (no libcuda.so.1): install it, "
    "or start the container with its GPUs (docker run --gpus all)",
    "no GPU": "an NVIDIA GPU, and its driver finds none: look at nvidia-smi and "
    "CUDA_VISIBLE_DEVICES",
    "busy": "an NVIDIA GPU that is free, and the driver refuses a context on the "
    "first one: look at nvidia-smi",
}


@dataclass(frozen=True)
class Gpu:
    """The first visible GPU.

    Attributes
    ----------
    name
        Name of the model.
    compute_capability
        Such as ``"9.0"``.
    free_bytes, total_bytes
        Memory.
    """

    name: str
    compute_capability: str
    free_bytes: int
    total_bytes: int


def find_gpu() -> Gpu:
    """Return the first GPU that ``CUDA_VISIBLE_DEVICES`` leaves visible.

    Returns
    -------
    Gpu
        The GPU.

    Raises
    ------
    DeviceError
        If there is no driver or no GPU, or it cannot be used.
    """
    answer = subprocess.run(
        [sys.executable, "-I", "-c", _QUERY],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        return Gpu(*json.loads(answer.stdout))
    lines = answer.stderr.strip().splitlines()
    reason = lines[-1] if lines else f"exit code {answer.returncode}"
    refusal = _REFUSALS.get(
        reason, f"an NVIDIA GPU; asking the driver failed ({reason})"
    )
    raise DeviceError(f"device 'cuda' needs {refusal}{OR_CPP}")
