"""Damage without knowledge of the format."""

from random import Random

KINDS = ("flip", "cut", "insert", "duplicate", "zero")


def mutated_bytes(content: bytes, rng: Random) -> tuple[str, bytes]:
    """Return a damaged copy, and what was done to it.

    Parameters
    ----------
    content
        The good file.
    rng
        Decides everything.
    """
    kind = rng.choice(KINDS)
    block = rng.choice([1, 4, 16, 64, 512])
    result = bytearray(content)
    for _ in range(rng.choice([1, 1, 3]) if kind == "flip" else 1):
        at = _place(result, rng)
        if kind == "flip":
            result[at] ^= rng.choice([1 << rng.randrange(8), rng.randrange(1, 256)])
        elif kind == "cut":
            end = rng.choice([at + block, len(result)])
            del result[at:end]
        elif kind == "insert":
            result[at:at] = rng.randbytes(block)
        elif kind == "duplicate":
            result[at:at] = result[at : at + block]
        else:
            result[at : at + block] = bytes(min(block, len(result) - at))
    return kind, bytes(result)


def _place(content: bytearray, rng: Random) -> int:
    """Return a place, mostly one that is not padding."""
    at = rng.randrange(len(content))
    for _ in range(rng.choice([0, 20])):
        if content[at]:
            break
        at = rng.randrange(len(content))
    return at
