"""Archives of arrays with other names, types and shapes than a good one has."""

import io
import zipfile
from random import Random

import numpy as np

_TYPES = ("i1", "u2", "i8", "f4", "f8", "bool", "S3", "U3", "c16", "M8[s]")
_DEEDS = (
    *("other type of", "other shape of", "odd values in", "drop", "rename", "add"),
    *("objects in", "huge header of", "text in place of"),
)


def mutated_npz(content: bytes, rng: Random) -> tuple[str, bytes]:
    """Return a changed copy of an .npz file, and what was done.

    Parameters
    ----------
    content
        The good file.
    rng
        Decides everything.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    name, deed = rng.choice(list(arrays)), rng.choice(_DEEDS)
    values = arrays[name]
    members: dict[str, bytes] = {}
    if deed == "other type of":
        kind = rng.choice(_TYPES)
        try:
            with np.errstate(all="ignore"):
                arrays[name] = values.astype(kind)
        except (ValueError, TypeError):  # texts that are no numbers
            arrays[name] = np.zeros(values.shape, kind)
    elif deed == "other shape of":
        arrays[name] = rng.choice(
            [values[None], values.ravel()[:-1], values.ravel()[:0]]
        )
    elif deed == "odd values in":
        odd = rng.choice([0, 1, -1, 10**9])
        is_number = values.dtype.kind in "iufb"
        with np.errstate(all="ignore"):
            filled = np.full(values.shape, odd).astype(values.dtype)
        arrays[name] = filled if is_number else values
    elif deed == "drop":
        del arrays[name]
    elif deed == "rename":
        arrays[name + rng.choice(["_", "s"])] = arrays.pop(name)
    elif deed == "add":
        arrays["unheard_of"] = values
    else:
        del arrays[name]
        members[f"{name}.npy"] = _odd_member(deed, values)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with zipfile.ZipFile(buffer, "a") as archive:
        for member, raw in members.items():
            archive.writestr(member, raw)
    return f"{deed} {name}", buffer.getvalue()


def _odd_member(deed: str, values: np.ndarray) -> bytes:
    if deed == "text in place of":
        return b"no array"
    buffer = io.BytesIO()
    if deed == "objects in":
        objects = np.array([{"a": 1}, None], dtype=object)
        np.lib.format.write_array(buffer, objects, allow_pickle=True)
    else:
        header = {"descr": values.dtype.str, "fortran_order": False}
        np.lib.format.write_array_header_1_0(buffer, header | {"shape": (10**12,)})
    return buffer.getvalue()
