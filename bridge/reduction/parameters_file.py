"""The parameters of a rate model as a file, checked by their hash."""

import io
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bridge.arrays import AnyArray
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from bridge.files.npz_file import open_npz
from bridge.files.written_file import write_bytes
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction

FILE_NAME = "parameters.npz"
"""Name of the file in a run folder."""

_FORMAT = "v1bridge-parameters-2"
_WHAT = "file of parameters as 'v1bridge validate' writes it"
_PARTS: dict[str, type[Edges] | type[PoissonInput] | type[TransferFunction]] = {
    "recurrent": Edges,
    "lgn_edges": Edges,
    "surround": PoissonInput,
    "transfer": TransferFunction,
    "transfer_adapted": TransferFunction,
}


def write_parameters(parameters: RateParameters, path: Path) -> None:
    """Write the parameters and their hash.

    Parameters
    ----------
    parameters
        What to write.
    path
        An ``.npz`` file: NumPy's own format, without Python objects.

    Raises
    ------
    InputError, OSError
        As :func:`bridge.files.written_file.write_bytes`.
    """
    arrays: dict[str, Any] = {
        "format": _FORMAT,
        "reduction_hash": parameters.reduction_hash,
    }
    for name in (field.name for field in fields(parameters)):
        value = getattr(parameters, name)
        if name in _PARTS:
            arrays |= {f"{name}.{key}": item for key, item in vars(value).items()}
        else:
            arrays[name] = value
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_bytes(path, buffer.getbuffer())


def read_parameters(path: Path) -> RateParameters:
    """Read parameters and check them against their hash.

    Parameters
    ----------
    path
        File of :func:`write_parameters`.

    Raises
    ------
    InputError
        If there is no such file, it is damaged or of another kind, or its content
        is not what was written.
    """
    with open_npz(path, _WHAT) as stored:
        found = str(stored.read("format")) if "format" in stored.names else ""
        if found != _FORMAT and found.startswith(_FORMAT.rstrip("0123456789")):
            raise InputError(
                f"{path}: holds parameters of another version, {found}; run "
                "'v1bridge validate' again"
            )
        if found != _FORMAT:
            raise InputError(f"{path}: does not hold the parameters of a rate model")
        wanted = _names()
        for name in wanted:
            if name not in stored.names:
                raise InputError(f"{path}: {name} is missing")
        for name in stored.names:
            if name not in wanted:
                raise InputError(f"{path}: holds {name!r}, which no rate model has")
        arrays = {name: stored.read(name) for name in wanted}
    try:
        parameters = _assembled(arrays)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (TypeError, ValueError, OverflowError):  # texts for numbers, other shapes
        raise InputError(f"{path}: is no file of parameters, or was changed") from None
    if parameters.reduction_hash != str(arrays["reduction_hash"]):
        raise InputError(f"{path}: was changed after it was written")
    return parameters


def _names() -> tuple[str, ...]:
    """Return the names of all arrays that a file holds."""
    names = ["format", "reduction_hash"]
    for field in fields(RateParameters):
        part = _PARTS.get(field.name)
        own = [field.name]
        if part is not None:
            own = [f"{field.name}.{key.name}" for key in fields(part)]
        names += own
    return tuple(names)


def _assembled(arrays: Mapping[str, AnyArray]) -> RateParameters:
    content: dict[str, Any] = {}
    for field in fields(RateParameters):
        if field.name in _PARTS:
            part = _PARTS[field.name]
            content[field.name] = part(
                **{key.name: arrays[f"{field.name}.{key.name}"] for key in fields(part)}
            )
        else:
            content[field.name] = arrays[field.name]
    content["column_hash"] = str(content["column_hash"])
    content["n_lgn"] = int(content["n_lgn"])
    return RateParameters(**content)
