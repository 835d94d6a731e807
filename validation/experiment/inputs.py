"""What the column of a run is made from: where it lies, and what it holds."""

from pathlib import Path

from bridge.files.hashing import content_hash, file_hash
from bridge.files.run_folder import CONFIG
from bridge.reduction.parameters_file import FILE_NAME
from bridge.sonata.files import find_network
from validation.config.column import BuiltColumn, FileColumn
from validation.experiment.trained.trained_weights import WEIGHTS


def column_paths(config: BuiltColumn | FileColumn) -> dict[str, Path]:
    """Return the files and folders that a column is read from, by key.

    Parameters
    ----------
    config
        Section ``column`` of a configuration.

    Raises
    ------
    InputError
        If there are no files of a network where it says.
    """
    paths: dict[str, Path] = {}
    if isinstance(config, FileColumn):
        paths["column.path"] = Path(config.path)
        network = find_network(Path(config.path))
        for entry in (*network.nodes, *network.edges):
            paths[f"column.path's {entry.data.name}"] = entry.data
            if entry.types is not None:
                paths[f"column.path's {entry.types.name}"] = entry.types
        for name, given in network.inputs.items():
            if isinstance(given.get("input_file"), str):
                paths[f"column.path's input {name}"] = Path(given["input_file"])
    return paths | weights_paths(config)


def weights_paths(config: BuiltColumn | FileColumn) -> dict[str, Path]:
    """Return the training that a column takes weights of, by key, if it does."""
    return {} if config.weights is None else {"column.weights": Path(config.weights)}


def column_hashes(
    config: BuiltColumn | FileColumn, column_hash: str | None
) -> dict[str, str]:
    """Return the hash of what a column is read from, by key and path.

    Parameters
    ----------
    config
        Section ``column`` of a configuration.
    column_hash
        Hash of the column itself, for one that is read from files: whatever they
        hold beside it does not count.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    hashes: dict[str, str] = {}
    if isinstance(config, FileColumn) and column_hash is not None:
        hashes[f"column.path ({config.path})"] = column_hash
    if config.weights is not None:
        name = f"column.weights ({config.weights})"
        hashes[name] = training_hash(Path(config.weights))
    return hashes


def training_hash(run: Path) -> str:
    """Return the hash of what is read from the folder of a finished training.

    Parameters
    ----------
    run
        Run folder of ``v1bridge train``.

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    """
    return content_hash(
        {name: file_hash(run / name) for name in (CONFIG, FILE_NAME, WEIGHTS)}
    )
