"""What a scene is: a stimulus with a name, made for any trial."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.stimulus import Stimulus


@dataclass(frozen=True)
class SceneOption:
    """A number that a scene can be varied by.

    Attributes
    ----------
    name
        Its name, unit included; ``v1bridge simulate`` has an option of that name.
    description
        A few words for the help.
    default
        Value where none is given.
    lowest, highest
        The range of the values.
    """

    name: str
    description: str
    default: float
    lowest: float = -inf
    highest: float = inf


@dataclass(frozen=True)
class SceneTrial:
    """The trial that a scene is shown in.

    Attributes
    ----------
    duration_ms
        Its duration, ms.
    drop_ms
        Its start that nothing is measured in, ms.
    """

    duration_ms: float
    drop_ms: float


@dataclass(frozen=True)
class Scene:
    """A stimulus with a name.

    Attributes
    ----------
    name
        How options call it.
    description
        A few words for the help.
    make
        Makes it for the LGN cells of a column, for a trial, with a value for every
        option.
    options
        What it can be varied by.
    """

    name: str
    description: str
    make: Callable[[LgnCells, SceneTrial, Mapping[str, float]], Stimulus]
    options: tuple[SceneOption, ...] = ()
