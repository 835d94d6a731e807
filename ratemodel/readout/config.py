"""Where answers are read from."""

from typing import Annotated, Literal

from pydantic import Field

from bridge.config_section import Section


class ReadoutConfig(Section):
    """Where answers are read from.

    Attributes
    ----------
    layer
        Layer whose excitatory cells make the pools.
    pool_size
        Cells in a pool; 30 as in Chen, Scherr and Maass 2022.
    binary
        How two answers are told apart: ``"threshold"``, one pool against a learned
        threshold, or ``"two_pools"``, one pool against the other.
    centre_hz, scale_per_hz
        Centre, Hz, and scale, 1/Hz, of the pools' rates before training, see
        :class:`Readout`; a calibration at the start of the training sets both.
    seed
        Seed of the pools.
    """

    layer: Literal["L23", "L4", "L5", "L6"] = "L5"
    pool_size: Annotated[int, Field(ge=1, le=100_000)] = 30
    binary: Literal["threshold", "two_pools"] = "threshold"
    centre_hz: Annotated[float, Field(ge=0)] = 3.0
    scale_per_hz: Annotated[float, Field(gt=0)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
