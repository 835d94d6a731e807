"""LGN filters as input channels: still pictures of unequal duration."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.lgn.channels import LgnChannels
from bridge.stimulus.lgn.filter_bank import LgnFilterBank
from bridge.stimulus.lgn.filter_table import spontaneous_hz
from bridge.stimulus.lgn.grid import lgn_grid
from bridge.stimulus.movie import Movie

SHAPE = (12, 16)
LGN = lgn_grid(grid=(2, 3), field_deg=(32.0, 24.0))


def bank(**options) -> LgnFilterBank:
    return LgnFilterBank(LGN, image_shape=SHAPE, deg_per_pixel=2.0, **options)


@pytest.mark.parametrize("dt_ms", [1.0, 2.0, 5.0])
def test_pictures_give_what_their_frames_give(dt_ms: float) -> None:
    durations = np.array([10.0, 40.0, 20.0, 700.0, 10.0])
    frames = np.random.default_rng(1).uniform(-1.0, 1.0, (3, 5, *SHAPE))
    frames[:, 2] = 0.0  # grey between pictures
    running = bank(frame_ms=10.0, dt_ms=dt_ms)
    shown = np.repeat(frames.astype(np.float32), [1, 4, 2, 70, 1], axis=1)
    expected, _ = running.process(shown)
    channels = LgnChannels(bank(dt_ms=dt_ms, frame_ms=dt_ms))
    rates = channels(Movie(frames, durations))
    assert channels.n_channels == LGN.n_cells
    assert rates.dtype == np.float32
    # The same sums in another order, rounded to float32 at the end.
    np.testing.assert_allclose(rates.transpose(2, 0, 1), expected, rtol=1e-6, atol=1e-5)


def test_nothing_but_grey_gives_the_spontaneous_rates() -> None:
    grey = Movie(np.zeros((2, 1, *SHAPE)), np.array([10.0]))
    rates = LgnChannels(bank())(grey)
    spontaneous = np.array([[spontaneous_hz()[name]] for name in LGN.cell_type])
    np.testing.assert_allclose(rates, np.tile(spontaneous, (10, 1, 2)), rtol=1e-6)


def test_a_picture_between_steps_is_refused() -> None:
    movie = Movie(np.zeros((1, 2, *SHAPE)), np.array([10.0, 12.0]))
    with pytest.raises(InputError, match="12 ms is not a whole number"):
        LgnChannels(bank(dt_ms=5.0, frame_ms=5.0))(movie)


def test_contrasts_beyond_the_range_are_refused() -> None:
    movie = Movie(np.full((1, 1, *SHAPE), 1.5), np.array([10.0]))
    with pytest.raises(InputError, match=r"contrast 1\.5 is outside"):
        LgnChannels(bank())(movie)
