"""What a kind of task is: what the list of tasks holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bridge.config_section import Section
from ratemodel.tasks.screen import ScreenConfig
from ratemodel.tasks.trials import Task


def _nothing_to_check(config: Any, screen: ScreenConfig) -> None:
    pass


@dataclass(frozen=True)
class TaskKind:
    """A task with a name.

    Attributes
    ----------
    name
        How options and files call it, and its section of the configuration.
    task_id
        Enters its random numbers, so it never changes; no two tasks share one.
    config
        Type of its section. That of a task with images has keys ``images``, a name
        or a path, and ``white``, see
        :func:`bridge.stimulus.images.load.load_images`.
    build
        Makes it from its section, the screen and the seed of the trials; one with
        images also from the :class:`~bridge.stimulus.images.image_set.ImageSet` and
        how that is split.
    check
        Raises a ``ValueError`` where its section does not suit the screen.
    """

    name: str
    task_id: int
    config: type[Section]
    build: Callable[..., Task]
    check: Callable[[Any, ScreenConfig], None] = _nothing_to_check

    @property
    def has_images(self) -> bool:
        """Whether it shows images from files."""
        return "images" in self.config.model_fields


def refuse_shared_ids(kinds: Iterable[TaskKind]) -> None:
    """Refuse tasks that would draw the same random numbers.

    Parameters
    ----------
    kinds
        All there are.

    Raises
    ------
    ValueError
        If two have the same ``task_id``.
    """
    of_id: dict[int, str] = {}
    for kind in kinds:
        other = of_id.setdefault(kind.task_id, kind.name)
        if other != kind.name:
            raise ValueError(
                f"tasks {other} and {kind.name} have the same task_id, {kind.task_id}"
            )
