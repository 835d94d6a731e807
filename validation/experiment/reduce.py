"""A column's rate model: one call."""

import tempfile
from pathlib import Path
from typing import Literal, get_args

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.expect import expect, expect_number
from bridge.files.stages import Stages
from bridge.progress import Progress, SilentProgress
from bridge.reduction.parameters import RateParameters
from validation.config.sections import ReductionConfig, SpikingConfig
from validation.experiment.transfer_functions import reduction_of

Method = Literal["measured", "siegert", "noise_free"]


def reduce(
    column: Column,
    method: Method = "measured",
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
    expect(column, Column, "reduce: column")
    known = get_args(Method)
    if method not in known:
        raise InputError(f"reduce: method {method!r}: choose one of {', '.join(known)}")
    duration = expect_number(duration_ms, "reduce: duration_ms")
    config = ReductionConfig.parse(
        {"method": method, "probe_duration_ms": duration, "seed": seed},
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
