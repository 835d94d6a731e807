"""Pixels as input channels."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.movie import Movie
from ratemodel.trials.input_config import PixelConfig
from ratemodel.trials.pixel_channels import PixelChannels


def uniform(*contrasts: float) -> Movie:
    frames = np.ones((1, len(contrasts), 64, 64)) * np.array(contrasts)[:, None, None]
    return Movie(frames, np.full(len(contrasts), 20.0))


def test_there_are_832_channels_and_they_follow_the_screen() -> None:
    channels = PixelChannels(PixelConfig(), dt_ms=5.0)
    assert channels.n_channels == 832
    rates = channels(uniform(0.0, 0.5, -1.0))
    assert rates.shape == (12, 832, 1)
    assert rates.dtype == np.float32
    # 4 Hz at grey; 4 +- 24 c, never below 0.
    for step, (on, off) in ((0, (4, 4)), (3, (4, 4)), (4, (16, 0)), (8, (0, 28))):
        np.testing.assert_allclose(rates[step, :416, 0], on, rtol=1e-5)
        np.testing.assert_allclose(rates[step, 416:, 0], off, rtol=1e-5)


def test_a_channel_sees_its_own_place() -> None:
    frames = np.zeros((1, 1, 64, 64))
    frames[0, 0, 40:44, 8:12] = 1.0
    config = PixelConfig(rows=16, columns=16, spontaneous_hz=4.0, gain_hz=20.0)
    rates = PixelChannels(config, dt_ms=1.0)(Movie(frames, np.array([1.0])))
    on, off = rates[0, :256, 0].reshape(16, 16), rates[0, 256:, 0].reshape(16, 16)
    assert np.unravel_index(on.argmax(), on.shape) == (10, 2)
    assert np.unravel_index(off.argmin(), off.shape) == (10, 2)
    # The filter that shrinks keeps the sum: 16 of 4096 pixels.
    np.testing.assert_allclose((on.mean() - 4.0) / 20.0, 16 / 4096, rtol=0.05)
    far = np.hypot(*np.subtract(np.indices(on.shape), np.reshape((10, 2), (2, 1, 1))))
    assert (on[far > 2.5] == 4.0).all()


def test_a_step_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="whole number of time steps"):
        PixelChannels(PixelConfig(), dt_ms=3.0)(uniform(0.0))
