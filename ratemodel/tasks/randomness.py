"""Random numbers that depend on what they are for, never on what came before."""

import numpy as np

from bridge.arrays import IntArray
from bridge.errors import InputError
from bridge.stimulus.images.split import SPLITS

_TRIAL, _ORDER = 0, 1


def trial_rng(seed: int, task_id: int, split: str, number: int) -> np.random.Generator:
    """Return the random numbers of one trial.

    Parameters
    ----------
    seed, task_id
        Seed of the run, and the task.
    split
        One of :data:`~bridge.stimulus.images.split.SPLITS`.
    number
        Number of the trial.
    """
    return np.random.default_rng([seed, _TRIAL, task_id, _split_id(split), number])


class ImageOrder:
    """Goes through the images of a split again and again, each time in a new order.

    Parameters
    ----------
    n_images
        Number of images in the split.
    seed, task_id, split
        As of :func:`trial_rng`.
    """

    def __init__(self, n_images: int, seed: int, task_id: int, split: str) -> None:
        self._n_images = n_images
        self._key = [seed, _ORDER, task_id, _split_id(split)]
        self._orders: dict[int, IntArray] = {}

    def __call__(self, numbers: IntArray) -> IntArray:
        """Return the image that each trial shows: its place in the split."""
        rounds, places = np.divmod(numbers, self._n_images)
        wanted = np.unique(rounds)
        # A batch can reach over the end of a round; older rounds are not needed.
        orders = {int(k): self._order(int(k)) for k in wanted}
        self._orders = orders  # replaced whole: batches are drawn in threads
        shown = np.empty(numbers.size, dtype=np.int64)
        for k in wanted:
            shown[rounds == k] = orders[int(k)][places[rounds == k]]
        return shown

    def _order(self, k: int) -> IntArray:
        known = self._orders.get(k)
        if known is not None:
            return known
        return np.random.default_rng([*self._key, k]).permutation(self._n_images)


def _split_id(split: str) -> int:
    if split not in SPLITS:
        raise InputError(f"split {split!r}: there are {', '.join(SPLITS)}")
    return SPLITS.index(split)
