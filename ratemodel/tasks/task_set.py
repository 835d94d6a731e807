"""The tasks of a run, alone or all in one network."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bridge.arrays import IntArray
from bridge.progress import Progress
from bridge.stimulus.images.load import load_images
from bridge.stimulus.images.split import split_images
from ratemodel.tasks.change import VisualChange
from ratemodel.tasks.classification import ImageClassification
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.orientation import FineOrientation
from ratemodel.tasks.trials import Task


@dataclass(frozen=True)
class TaskSet:
    """The tasks of a network, which take turns batch by batch.

    So a batch is as short as its task: together, the short tasks would wait for
    the end of the longest.

    Attributes
    ----------
    tasks
        The tasks by name.
    """

    tasks: Mapping[str, Task]

    def turn(self, step: int, batch: int) -> tuple[str, IntArray]:
        """Return the task of a batch, and the numbers of its trials.

        Parameters
        ----------
        step
            Number of the batch, from 0.
        batch
            Trials of a batch.
        """
        names = list(self.tasks)
        first = step // len(names) * batch
        return names[step % len(names)], np.arange(first, first + batch)


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
