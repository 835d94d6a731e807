"""Filters of equal frames as input channels of movies with unequal segments."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.lgn_channels import LgnChannels
from bridge.stimulus.movie import Movie


class RunningSum:
    """Two output steps per frame of 5 ms: the sum of all frames so far."""

    n_cells = 16
    frame_ms = 5.0

    def process(self, movie: np.ndarray, state: None = None) -> tuple[np.ndarray, None]:
        total = movie.reshape(*movie.shape[:2], -1).cumsum(axis=1, dtype=np.float64)
        return np.repeat(total, 2, axis=1), None


def test_the_filters_see_every_segment_as_long_as_it_lasts() -> None:
    frames = np.array([1.0, 10.0, 100.0])[None, :, None, None] * np.ones((2, 1, 4, 4))
    channels = LgnChannels(RunningSum())
    rates = channels(Movie(frames, np.array([10.0, 5.0, 15.0])))
    assert channels.n_channels == 16
    assert rates.dtype == np.float32
    expected = np.repeat([1, 2, 12, 112, 212, 312], 2)
    np.testing.assert_array_equal(rates, np.tile(expected[:, None], (2, 1, 16)))


def test_a_segment_between_frames_is_refused() -> None:
    movie = Movie(np.zeros((1, 2, 4, 4)), np.array([10.0, 12.0]))
    with pytest.raises(InputError, match="12 ms is not a whole number"):
        LgnChannels(RunningSum())(movie)
