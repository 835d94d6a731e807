"""HDF5 files with other datasets, types, shapes and links than a good one has."""

import io
from collections.abc import Callable
from random import Random

import h5py
import numpy as np

_ODD = (float("nan"), float("inf"), -1.0, 0.5, 2.0**40, -(2.0**62))
_TYPES = ("i1", "u8", "i8", "f4", "f8", ">f8", "S3", "bool", "c16", "i4,f8")


def mutated_hdf5(content: bytes, rng: Random) -> tuple[str, bytes]:
    """Return a changed copy of an HDF5 file, and what was done.

    Parameters
    ----------
    content
        The good file.
    rng
        Decides everything.
    """
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        datasets = [n for n in names if isinstance(file[n], h5py.Dataset)]
        deed = rng.choice(list(_DEEDS))
        name = rng.choice(datasets)
        _DEEDS[deed](file, name, rng)
    return f"{deed} {name.rpartition('/')[2]}", buffer.getvalue()


def _replaced(file: h5py.File, name: str, values: object, **how: object) -> None:
    attributes = dict(file[name].attrs)
    del file[name]
    file.create_dataset(name, data=values, **how)
    file[name].attrs.update(attributes)


def _odd_value(file: h5py.File, name: str, rng: Random) -> None:
    values = file[name][:]
    if values.size and values.dtype.kind in "iuf":
        with np.errstate(all="ignore"):
            odd = np.array(rng.choice(_ODD)).astype(values.dtype)
        values.flat[rng.randrange(values.size)] = odd
        file[name][...] = values


def _other_type(file: h5py.File, name: str, rng: Random) -> None:
    values, kind = file[name][:], rng.choice(_TYPES)
    with np.errstate(all="ignore"):
        other = np.zeros(values.shape, kind) if "," in kind else values.astype(kind)
    _replaced(file, name, other)


def _texts(file: h5py.File, name: str, rng: Random) -> None:
    texts = [str(v) for v in file[name][:]]
    _replaced(file, name, texts, dtype=h5py.string_dtype())


def _shape(file: h5py.File, name: str, rng: Random) -> None:
    values = file[name][:]
    shapes = [values[:, None], values[None], values[:-1], values[:0]]
    shapes += [np.concatenate([values, values[:1]])]
    chosen = rng.randrange(len(shapes) + 1)
    _replaced(file, name, shapes[chosen] if chosen < len(shapes) else values.sum())


def _no_values(file: h5py.File, name: str, rng: Random) -> None:
    _replaced(file, name, h5py.Empty(rng.choice(["f8", "i8"])))


def _drop(file: h5py.File, name: str, rng: Random) -> None:
    del file[name]


def _rename(file: h5py.File, name: str, rng: Random) -> None:
    file.move(name, name + rng.choice(["_", "s", "2"]))


def _add_dataset(file: h5py.File, name: str, rng: Random) -> None:
    place = rng.choice([name.rpartition("/")[0], name.partition("/")[0]])
    file[f"{place}/unheard_of"] = rng.choice([np.zeros(3), file[name][:]])


def _add_group(file: h5py.File, name: str, rng: Random) -> None:
    file.create_group(f"{name.rpartition('/')[0]}/{rng.choice(['1', 'unheard_of'])}")


def _attribute(file: h5py.File, name: str, rng: Random) -> None:
    item = rng.choice([file, file[name], file[name].parent])
    names = [*item.attrs, "unheard_of"]
    odd = ["", "x", 1.5, np.zeros(3), np.array(["a", "b"], "S2"), h5py.Empty("f8")]
    item.attrs[rng.choice(names)] = rng.choice(odd)


def _group_instead(file: h5py.File, name: str, rng: Random) -> None:
    del file[name]
    file.create_group(name)


def _dataset_instead(file: h5py.File, name: str, rng: Random) -> None:
    parent = name.rpartition("/")[0]
    del file[parent]
    file[parent] = np.zeros(3)


def _link(file: h5py.File, name: str, rng: Random) -> None:
    del file[name]
    links = [h5py.SoftLink("/nowhere"), h5py.SoftLink(f"/{name}")]
    file[name] = rng.choice([*links, h5py.ExternalLink("other.h5", "/x")])


def _external(file: h5py.File, name: str, rng: Random) -> None:
    n = file[name].size
    _replaced_raw(file, name, (n,), external=[("/etc/passwd", 0, 8 * n)])


def _huge(file: h5py.File, name: str, rng: Random) -> None:
    _replaced_raw(file, name, (10 ** rng.choice([9, 12, 18]),), chunks=(1024,))


def _replaced_raw(
    file: h5py.File, name: str, shape: tuple[int, ...], **how: object
) -> None:
    kind, attributes = file[name].dtype, dict(file[name].attrs)
    del file[name]
    file.create_dataset(name, shape, kind, **how)
    file[name].attrs.update(attributes)


_DEEDS: dict[str, Callable[[h5py.File, str, Random], None]] = {
    "odd value in": _odd_value,
    "other type of": _other_type,
    "texts in": _texts,
    "other shape of": _shape,
    "no values in": _no_values,
    "drop": _drop,
    "rename": _rename,
    "dataset beside": _add_dataset,
    "group beside": _add_group,
    "attribute near": _attribute,
    "group in place of": _group_instead,
    "dataset in place of the group of": _dataset_instead,
    "link in place of": _link,
    "external storage of": _external,
    "huge shape of": _huge,
}
