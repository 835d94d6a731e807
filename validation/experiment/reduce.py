"""A column's rate model: one call."""

import tempfile
from pathlib import Path
from typing import Literal

from bridge.column.column import Column
from bridge.files.stages import Stages
from bridge.progress import Progress, SilentProgress
from bridge.reduction.parameters import RateParameters
from validation.config.sections import ReductionConfig, SpikingConfig
from validation.experiment.transfer_functions import reduction_of


def reduce(
    column: Column,
    method: Literal["measured", "siegert", "noise_free"] = "measured",
    *,
    duration_ms: float = 5000.0,
    seed: int = 1000,
    device: str = "cpp",
    progress: Progress | None = None,
) -> RateParameters:
    """Reduce a column to the parameters of its rate model.

    Parameters
    ----------
    column
        The column.
    method
        How transfer functions are found: ``"measured"`` under the network's own
        noise by the spiking model, or from theory, which takes no simulation and
        less care (``"siegert"``, ``"noise_free"``).
    duration_ms, seed, device
        Simulated time per point of a measured curve, ms, its seed and its device.
    progress
        Receives the progress.

    Raises
    ------
    InputError
        If the method is unknown or a number out of range.
    DeviceError
        If the device cannot be used.
    """
    config = ReductionConfig.parse(
        {"method": method, "probe_duration_ms": float(duration_ms), "seed": seed},
        "reduce",
    )
    spiking = SpikingConfig.parse({"device": device}, "reduce")
    with tempfile.TemporaryDirectory() as folder:
        reduction = reduction_of(
            column,
            config,
            spiking,
            stages=Stages(Path(folder) / "stages", ""),
            progress=progress or SilentProgress(),
        )
    return reduction.parameters
