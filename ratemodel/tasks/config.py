"""The configuration of the tasks: every time, angle and source of images.

The defaults are the timings of Chen, Scherr and Maass 2022 (Science Advances 8,
eabq7592) and the tasks of H. Chen's 2024 thesis.
"""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, create_model, model_validator

from bridge.config_section import OneOf, Section, as_distinct
from ratemodel.tasks.registry import TASKS
from ratemodel.tasks.screen import ScreenConfig

Fraction = Annotated[float, Field(gt=0, lt=1)]
TaskName = Annotated[str, OneOf(tuple(TASKS))]

_check_names = partial(
    as_distinct, empty="must name at least one task", twice="names a task twice"
)


class SplitConfig(Section):
    """How images are split; apart from the seed of a training run.

    Attributes
    ----------
    seed
        Seed of the split.
    validation_fraction, test_fraction
        Share of the images that is kept for validation and test. A published test
        set (MNIST, CIFAR-10) takes the place of ``test_fraction``.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    validation_fraction: Fraction = 0.125
    test_fraction: Fraction = 0.125

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.validation_fraction + self.test_fraction >= 1.0:
            raise ValueError(
                "validation_fraction and test_fraction leave no images for training"
            )
        return self


class _Trials(Section):
    tasks: Annotated[tuple[TaskName, ...], BeforeValidator(_check_names)] = tuple(TASKS)
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    screen: ScreenConfig = ScreenConfig()


def _sections() -> dict[str, Any]:
    """Return the section of every task, as pydantic wants fields."""
    for name in (*_Trials.model_fields, "split"):
        if name in TASKS:
            raise ValueError(
                f"a task cannot be called {name}: all tasks share that key"
            )
    return {name: (kind.config, kind.config()) for name, kind in TASKS.items()}


if TYPE_CHECKING:
    _WithSections = _Trials
else:
    _WithSections = create_model("_WithSections", __base__=_Trials, **_sections())


class TasksConfig(_WithSections):
    """The tasks of a training run.

    Beside these keys it has a section of every task, by its name.

    Attributes
    ----------
    tasks
        Which are trained, one or several of :data:`~ratemodel.tasks.registry.TASKS`.
    seed
        Seed of the trials: orientations, phases, order of the images, pairs.
    screen, split
        Sections of the same names.
    """

    split: SplitConfig = SplitConfig()

    @model_validator(mode="after")
    def _tasks_suit_the_screen(self) -> Self:
        for name in self.tasks:
            TASKS[name].check(self.of(name), self.screen)
        return self

    def of(self, task: str) -> Any:
        """Return the section of a task."""
        return getattr(self, task)
