"""The parameters of a rate model as a file, checked by their hash."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bridge.arrays import AnyArray
from bridge.column.edges import Edges
from bridge.errors import InputError
from bridge.files.written_file import write_bytes
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction

FILE_NAME = "parameters.npz"
"""Name of the file in a run folder."""

_FORMAT = "v1bridge-parameters-1"
_PARTS: dict[str, type[Edges] | type[TransferFunction]] = {
    "recurrent": Edges,
    "lgn_edges": Edges,
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
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; 'v1bridge validate' writes it"
        ) from None
    except OSError as error:
        what = error.strerror or "not an .npz file"
        raise InputError(f"{path}: cannot be read ({what})") from None
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile):
        raise InputError(f"{path}: is damaged or no .npz file") from None
    if str(arrays.get("format")) != _FORMAT:
        raise InputError(f"{path}: does not hold the parameters of a rate model")
    try:
        parameters = _assembled(arrays)
    except KeyError as error:
        raise InputError(f"{path}: {error.args[0]} is missing") from None
    if parameters.reduction_hash != str(arrays["reduction_hash"]):
        raise InputError(f"{path}: was changed after it was written")
    return parameters


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
