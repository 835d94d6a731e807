"""The configuration of the input channels that the network sees the screen through."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bridge.config_section import Section, as_tuple
from bridge.stimulus.lgn.grid import DEFAULT_LGN_TYPES

Side = Annotated[int, Field(ge=1, le=64)]


class PixelConfig(Section):
    """How pixels become rates.

    Attributes
    ----------
    rows, columns
        The grid that a screen is averaged to; each of its pixels has an ON and an
        OFF channel. The defaults give 832 channels, as many as the LGN has.
    spontaneous_hz
        Rate at grey, Hz.
    gain_hz
        Change of the rate per unit of contrast, Hz. With the defaults, here and of
        the screen, the channels average 9 Hz over a trial of orientation and 11 of
        digits, as the LGN's do, and no population of the spiking 3,000-cell column
        averages more than 55 Hz over a trial. Chen, Scherr and Maass 2022 scale their
        pixels to 21, 20 and 11 Hz; at 20 Hz i4Pvalb and i6Pvalb average 120 Hz here.
    """

    rows: Annotated[int, Field(ge=1, le=512)] = 16
    columns: Annotated[int, Field(ge=1, le=512)] = 26
    spontaneous_hz: Annotated[float, Field(ge=0, le=100)] = 4.0
    gain_hz: Annotated[float, Field(gt=0, le=500)] = 24.0


class LgnConfig(Section):
    """The LGN cells of :func:`bridge.stimulus.lgn.grid.lgn_grid`.

    Attributes
    ----------
    types
        Types of cells.
    rows, columns
        Grid over the screen; each point has one cell of every type.
    """

    types: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = DEFAULT_LGN_TYPES
    rows: Side = 8
    columns: Side = 8


class InputConfig(Section):
    """How the screen reaches the network.

    Attributes
    ----------
    use_lgn
        Through LGN filters; otherwise pixels straight into the channels.
    lgn, pixels
        Sections of the two.
    seed
        Seed of the wiring of the channels and of the LGN cells.
    """

    use_lgn: bool = False
    lgn: LgnConfig = LgnConfig()
    pixels: PixelConfig = PixelConfig()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
