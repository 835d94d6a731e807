"""The tasks of a run, alone or all in one network."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bridge.progress import Progress
from bridge.stimulus.images.load import load_images
from bridge.stimulus.images.split import split_images
from ratemodel.tasks.change import VisualChange
from ratemodel.tasks.classification import ImageClassification
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.orientation import FineOrientation
from ratemodel.tasks.trials import Task, Trials, merged


class TaskSet:
    """Mixes the trials of its tasks, which take turns.

    Parameters
    ----------
    tasks
        The tasks by name; ``tasks[name].draw`` makes trials of one alone, which
        are as short as that task allows.
    """

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self.tasks = dict(tasks)

    def draw(self, split: str, numbers: NDArray[np.int64]) -> Trials:
        """Return trials by number, mixed.

        Trial ``n`` of ``k`` tasks is trial ``n // k`` of task ``n % k``; all last
        as long as the longest task in the batch.

        Parameters
        ----------
        split
            ``"train"``, ``"validation"`` or ``"test"``.
        numbers
            Which trials, ``(batch,)``, from 0 and without an end.
        """
        tasks = list(self.tasks.values())
        turn = numbers % len(tasks)
        rows = [np.flatnonzero(turn == k) for k in range(len(tasks))]
        parts = [
            (row, task.draw(split, numbers[row] // len(tasks)))
            for task, row in zip(tasks, rows, strict=True)
            if row.size
        ]
        return parts[0][1] if len(parts) == 1 else merged(parts)


def build_tasks(config: TasksConfig, progress: Progress | None = None) -> TaskSet:
    """Load the images that the tasks need and make the tasks.

    Parameters
    ----------
    config
        The configuration.
    progress
        Receives the progress of a download.

    Raises
    ------
    InputError
        One line, if images cannot be used.
    """
    sources = {
        getattr(config, name).images
        for name in config.tasks
        if name in ("classification", "change")
    }
    loaded = {source: load_images(source, progress) for source in sorted(sources)}
    parts = {
        source: split_images(
            images,
            seed=config.split.seed,
            validation_fraction=config.split.validation_fraction,
            test_fraction=config.split.test_fraction,
        )
        for source, images in loaded.items()
    }
    tasks: dict[str, Task] = {}
    for name in config.tasks:
        if name == "orientation":
            tasks[name] = FineOrientation(
                config.orientation, config.screen, config.seed
            )
        elif name == "classification":
            source = config.classification.images
            tasks[name] = ImageClassification(
                config.classification,
                config.screen,
                config.seed,
                loaded[source],
                parts[source],
            )
        else:
            source = config.change.images
            tasks[name] = VisualChange(
                config.change,
                config.screen,
                config.seed,
                loaded[source],
                parts[source],
            )
    return TaskSet(tasks)
