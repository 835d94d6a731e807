"""What a training reads: where it lies, and what it holds."""

from pathlib import Path

from bridge.files.hashing import content_hash, file_hash
from bridge.reduction.parameters_file import FILE_NAME
from bridge.stimulus.images.cifar10 import FOLDER
from bridge.stimulus.images.load import DOWNLOADED, NAMES
from ratemodel.tasks.registry import TASKS
from validation.config.train import TrainConfig
from validation.experiment.inputs import column_hashes, column_paths, training_hash
from validation.training.certificate_choice import CERTIFICATES


def validation_folder(config: TrainConfig) -> Path | None:
    """Return the run folder of the validation that the parameters come from.

    Parameters
    ----------
    config
        The complete configuration.
    """
    if config.model.validation is not None:
        return Path(config.model.validation)
    if config.model.certificate is None:
        return None
    return run_of(Path(config.model.certificate))


def run_of(certificate: Path) -> Path | None:
    """Return the run folder that a certificate lies in; None where it lies in none."""
    beside = certificate.absolute().parent
    return beside.parent if beside.name == CERTIFICATES else None


def training_paths(config: TrainConfig) -> dict[str, Path]:
    """Return the files and folders that a training reads, by key.

    Parameters
    ----------
    config
        The complete configuration.

    Raises
    ------
    InputError
        If there are no files of a network where the column should be.
    """
    paths = column_paths(config.column)
    validation = validation_folder(config)
    if config.model.certificate is not None:
        paths["model.certificate"] = Path(config.model.certificate)
    if validation is not None:
        paths["model.validation"] = validation
    if config.model.criteria is not None:
        paths["model.criteria"] = Path(config.model.criteria)
    if config.training.start is not None:
        paths["training.start"] = Path(config.training.start)
    return paths | {
        key: Path(source).expanduser() for key, source in _images(config).items()
    }


def training_hashes(config: TrainConfig, column_hash: str | None) -> dict[str, str]:
    """Return the hash of what a training reads, by key and path.

    Images that are named and not at a path, and the tables a column is built from,
    are of the version.

    Parameters
    ----------
    config
        The complete configuration.
    column_hash
        Hash of the column without training, where it is read from files.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    hashes = column_hashes(config.column, column_hash)
    certificate, start = config.model.certificate, config.training.start
    validation = validation_folder(config)
    if certificate is not None:
        name = f"model.certificate ({certificate})"
        # one that cannot be read is no obstacle with model.unvalidated
        is_there = Path(certificate).is_file()
        hashes[name] = file_hash(Path(certificate)) if is_there else ""
    if validation is not None:
        parameters = validation / FILE_NAME
        hashes[f"model.validation ({parameters})"] = file_hash(parameters)
    if config.model.criteria is not None:
        criteria = Path(config.model.criteria)
        hashes[f"model.criteria ({criteria})"] = file_hash(criteria)
    if start is not None:
        hashes[f"training.start ({start})"] = training_hash(Path(start))
    for key, source in _images(config).items():
        hashes[f"{key} ({source})"] = _images_hash(Path(source).expanduser())
    return hashes


def _images_hash(path: Path) -> str:
    """Return the hash of a file, or of the files in a folder that may hold images."""
    if not path.is_dir():
        return file_hash(path)
    folders = [folder for folder in (path, path / FOLDER) if folder.is_dir()]
    files = [f for folder in folders for f in folder.iterdir() if f.is_file()]
    return content_hash({str(f.relative_to(path)): file_hash(f) for f in files})


def downloads_images(config: TrainConfig) -> bool:
    """Whether a task shows images that may have to be downloaded."""
    return not set(DOWNLOADED).isdisjoint(_all_images(config).values())


def _images(config: TrainConfig) -> dict[str, str]:
    """Return the images that the tasks show and that lie at a path, by key."""
    sources = _all_images(config)
    return {key: source for key, source in sources.items() if source not in NAMES}


def _all_images(config: TrainConfig) -> dict[str, str]:
    return {
        f"tasks.{name}.images": str(config.tasks.of(name).images)
        for name in config.tasks.tasks
        if TASKS[name].has_images
    }
