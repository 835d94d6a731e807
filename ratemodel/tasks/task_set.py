"""The tasks of a run, alone or all in one network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bridge.arrays import IntArray
from bridge.progress import Progress
from bridge.stimulus.images.load import load_images
from bridge.stimulus.images.split import describe_split, split_images
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
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
    images
        What there is to say of the images of each task that shows some, one line.
    """

    tasks: Mapping[str, Task]
    images: Mapping[str, str] = field(default_factory=dict)

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
    kinds = [TASKS[name] for name in config.tasks]
    shown = {
        kind.name: (config.of(kind.name).images, config.of(kind.name).white)
        for kind in kinds
        if kind.has_images
    }
    loaded = {
        (source, white): load_images(source, progress, white=white)
        for source, white in dict.fromkeys(shown.values())
    }
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
    for kind in kinds:
        source = shown.get(kind.name)
        images = () if source is None else (loaded[source], parts[source])
        tasks[kind.name] = kind.build(
            config.of(kind.name), config.screen, config.seed, *images
        )
    said = {
        source: f"{images.summary}; {describe_split(images, parts[source])}"
        for source, images in loaded.items()
    }
    return TaskSet(tasks, {name: said[source] for name, source in shown.items()})
