"""What decides the drive of a task trial, apart from which picture is shown."""

from collections.abc import Iterable

from pydantic import JsonValue

from ratemodel.tasks.config import TasksConfig
from ratemodel.trials.input_config import InputConfig

_PICTURES = {"images", "white"}
"""Keys of a task that say what is shown: one picture is as good as another."""


def task_settings(
    tasks: TasksConfig, inputs: InputConfig, names: Iterable[str]
) -> dict[str, dict[str, JsonValue]]:
    """Return the sections that make trials of some tasks, as a certificate has them.

    Images, their split and the seed of the trials are left out, and the input that
    is not used.

    Parameters
    ----------
    tasks, inputs
        Sections ``tasks`` and ``input`` of a training.
    names
        Names of tasks.

    Returns
    -------
    dict
        By task and input, such as ``"change_pixels"``: sections ``input`` and
        ``tasks``, as a configuration has them.
    """
    word = "lgn" if inputs.use_lgn else "pixels"
    shown = inputs.model_dump(mode="json", include={word, "seed"})
    screen = tasks.screen.model_dump(mode="json")
    return {
        f"{name}_{word}": {
            "input": shown,
            "tasks": {
                "screen": screen,
                name: tasks.of(name).model_dump(mode="json", exclude=_PICTURES),
            },
        }
        for name in names
    }
