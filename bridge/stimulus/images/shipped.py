"""Images that scikit-learn ships: they need no network."""

from pathlib import Path

import numpy as np

from bridge.stimulus.images.image_set import ImageSet

PATCH_PX = 32
"""Side of a patch of a photograph, pixels: that of CIFAR-10."""


def digits() -> ImageSet:
    """Return 1,797 handwritten digits of 8 x 8 pixels (Alpaydin and Kaynak 1998)."""
    # scikit-learn takes a second to import, which only its images should cost.
    from sklearn.datasets import load_digits

    bunch = load_digits()
    # Its grey values are counts of 0 to 16 black pixels.
    return ImageSet("digits", bunch.images, bunch.target, white=16)


def photographs() -> ImageSet:
    """Return 520 patches of 32 x 32 pixels of two photographs.

    The patches tile the photographs without overlap, so that no pixel of a
    held-out patch is in another one. The class is the photograph.
    """
    from sklearn.datasets import load_sample_images

    bunch = load_sample_images()
    patches = [_tiles(image) for image in bunch.images]
    return ImageSet(
        "photographs",
        np.concatenate(patches),
        np.repeat(np.arange(len(patches)), [len(p) for p in patches]),
        tuple(Path(name).stem for name in bunch.filenames),
    )


def _tiles(
    image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rows, columns = image.shape[0] // PATCH_PX, image.shape[1] // PATCH_PX
    whole = image[: rows * PATCH_PX, : columns * PATCH_PX]
    blocks = whole.reshape(rows, PATCH_PX, columns, PATCH_PX, 3).swapaxes(1, 2)
    return blocks.reshape(-1, PATCH_PX, PATCH_PX, 3)
