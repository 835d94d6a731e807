"""Movies made of still segments."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.movie import Movie


def movie(*durations_ms: float) -> Movie:
    return Movie(np.zeros((2, len(durations_ms), 4, 4)), np.array(durations_ms))


def test_each_step_has_the_segment_that_is_on() -> None:
    assert movie(50, 100, 30).duration_ms == 180.0
    assert movie(5, 10, 5).segment_of_step(2.5).tolist() == [0, 0, 1, 1, 1, 1, 2, 2]


def test_a_step_that_does_not_divide_a_segment_is_refused() -> None:
    with pytest.raises(InputError, match="50 ms is not a whole number"):
        movie(100, 50).segment_of_step(4.0)


def test_the_common_frame_divides_every_segment() -> None:
    assert movie(50, 100, 30).common_frame_ms == 10
    assert movie(50, 100, 150).common_frame_ms == 50
    with pytest.raises(InputError, match=r"12.5 ms does not last whole ms"):
        _ = movie(50, 12.5).common_frame_ms


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(InputError, match="do not belong together"):
        Movie(np.zeros((2, 3, 4, 4)), np.ones(2))
    for bad_ms in (0.0, np.inf, np.nan):
        with pytest.raises(InputError, match="not positive and finite"):
            movie(10.0, bad_ms)
