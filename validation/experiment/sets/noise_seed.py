"""Noise of a set of stimuli: its own."""

import zlib

import numpy as np


def noise_seed(seed: int, name: str) -> int:
    """Return the seed of a set's noise: no set sees the noise of another."""
    entropy = [seed, zlib.crc32(name.encode())]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])
