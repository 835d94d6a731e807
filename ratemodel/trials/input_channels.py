"""Which input channels the network sees the screen through."""

from typing import Any

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.input_channels import InputChannels
from bridge.stimulus.lgn.channels import LgnChannels
from bridge.stimulus.lgn.filter_bank import LgnFilterBank
from bridge.stimulus.lgn.grid import lgn_grid
from ratemodel.tasks.screen import ScreenConfig
from ratemodel.trials.input_config import InputConfig
from ratemodel.trials.pixel_channels import PixelChannels
from ratemodel.trials.trial_source import TrialTiming


def lgn_cells(config: InputConfig, screen: ScreenConfig) -> LgnCells:
    """Return the LGN cells that look at the screen.

    Raises
    ------
    InputError
        If a type of cell is unknown.
    """
    return lgn_grid(
        field_deg=(screen.field_deg, screen.field_deg),
        types=config.lgn.types,
        grid=(config.lgn.columns, config.lgn.rows),
        seed=config.seed,
    )


def build_channels(
    config: InputConfig, screen: ScreenConfig, timing: TrialTiming
) -> tuple[InputChannels, float]:
    """Return the input channels and their time step, ms.

    Pixels change with the frames of the movies and are sampled with them; LGN
    filters move on with every step of the network.

    Parameters
    ----------
    config
        Which channels.
    screen
        The screen they look at.
    timing
        Time base of the trials.

    Raises
    ------
    InputError
        If a type of LGN cell is unknown, or a step is not usable.
    """
    if not config.use_lgn:
        return PixelChannels(config.pixels, timing.frame_ms), timing.frame_ms
    dtype: Any = "float32"
    bank = LgnFilterBank(
        lgn_cells(config, screen),
        image_shape=(screen.size_px, screen.size_px),
        deg_per_pixel=screen.deg_per_px,
        dt_ms=timing.dt_ms,
        frame_ms=timing.dt_ms,
        seed=config.seed,
        max_contrast=max(1.0, screen.contrast),
        dtype=dtype,
    )
    return LgnChannels(bank), timing.dt_ms
