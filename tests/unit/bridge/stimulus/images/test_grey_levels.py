"""Which value is white: taken as said, or asked for, never guessed."""

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.images.load import load_images

RNG = np.random.default_rng(0)


def write(path: Path, images: np.ndarray) -> str:
    np.savez(path, images=images, labels=np.arange(len(images)) % 4)
    return str(path)


def digits_in_sixteenths() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images, bunch.target


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_digits_of_0_to_16_are_the_shipped_ones_once_16_is_white(
    tmp_path: Path, dtype: type
) -> None:
    images, labels = digits_in_sixteenths()
    path = tmp_path / "digits.npz"
    np.savez(path, images=images.astype(dtype), labels=labels)
    read = load_images(str(path), white=16)
    np.testing.assert_array_equal(read.images, load_images("digits").images)
    # Sixteenths of 255, rounded; by hand.
    np.testing.assert_array_equal(read.images, np.rint(images * 255 / 16))


@pytest.mark.parametrize("top", [1, 15, 16, 63, 100, 127])
def test_values_far_below_white_are_refused_unless_white_is_said(
    tmp_path: Path, top: int
) -> None:
    images = RNG.integers(0, top + 1, (8, 6, 6), dtype=np.uint8)
    images[0, 0] = np.arange(6) % 2 * top
    source = write(tmp_path / "x.npz", images)
    with pytest.raises(InputError, match=f"set white = {top} beside images") as caught:
        load_images(source)
    assert "\n" not in str(caught.value)
    assert load_images(source, white=top).images.max() == 255
    np.testing.assert_array_equal(load_images(source, white=255).images, images)


def test_dark_images_of_the_full_range_are_taken(tmp_path: Path) -> None:
    images = RNG.integers(0, 129, (8, 6, 6), dtype=np.uint8)
    images[0, 0, 0] = 128
    source = write(tmp_path / "x.npz", images)
    np.testing.assert_array_equal(load_images(source).images, images)


def test_colours_are_looked_at_before_they_are_luminance(tmp_path: Path) -> None:
    images = np.zeros((4, 6, 6, 3), dtype=np.uint8)
    images[:, :3, :, 2] = 255  # blue, of luminance 29
    read = load_images(write(tmp_path / "x.npz", images))
    assert read.images.max() == 29
    assert "values 0 to 255 of 255 for white" in read.summary


BAD = {
    "floats of 0 to 1": (np.linspace(0, 1, 144), None, "float64, not uint8 from 0 to"),
    "wide numbers": (np.arange(144), None, "int64, not uint8"),
    "above white": (np.arange(144) % 18, 16, "from 0 to 17, outside 0 .* to 16"),
    "below black": (np.arange(144) - 1.0, 255, "from -1.0 to 142.0, outside 0"),
    "no number": (np.r_[np.nan, np.arange(143)], 255, "not a finite number"),
    "infinite": (np.r_[np.inf, np.arange(143)], 255, "not a finite number"),
    "all black": (np.zeros(144, dtype=np.uint8), None, "every pixel .* is 0"),
    "all alike": (np.full(144, 0.5), 1.0, "every pixel .* is 0.5"),
}


@pytest.mark.parametrize("case", BAD)
def test_values_that_cannot_be_shown_are_refused(tmp_path: Path, case: str) -> None:
    values, white, words = BAD[case]
    source = write(tmp_path / "x.npz", values.reshape(4, 6, 6))
    with pytest.raises(InputError, match=words) as caught:
        load_images(source, white=white)
    assert "\n" not in str(caught.value)
    assert source in str(caught.value)


def test_white_of_images_by_name_is_known() -> None:
    with pytest.raises(InputError, match="leave out white = 16"):
        load_images("digits", white=16)


def test_one_line_says_what_was_read() -> None:
    assert load_images("digits").summary == (
        "digits: 1,797 images of 8 x 8 pixels, grey, values 0 to 16 of 16 for white, "
        "10 classes of 174 to 183"
    )
    assert load_images("photographs").summary == (
        "photographs: 520 images of 32 x 32 pixels, colour shown as luminance, values "
        "0 to 255 of 255 for white, 2 classes of 260"
    )
