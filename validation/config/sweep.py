"""The configuration of a sweep: a grid of training runs."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bridge.config_section import Section, as_tuple
from bridge.errors import InputError
from bridge.files.toml_file import merge_keys, read_toml
from ratemodel.scenarios.config import ScenarioName
from ratemodel.scenarios.registry import SCENARIOS
from validation.config.limits import MOST_JOBS
from validation.config.train import TrainConfig


def _distinct(value: Any) -> Any:
    """Return a list as a tuple in which nothing stands twice."""
    value = as_tuple(value)
    if not isinstance(value, tuple):
        return value
    texts = [str(item) for item in value]  # 300 and "0300" are the same size
    counts = Counter(str(int(t)) if t.isdecimal() else t for t in texts)
    twice = [text for text, n in counts.items() if n > 1]
    if twice:
        raise ValueError(f"names {', '.join(twice)} more than once")
    return value


_Distinct = BeforeValidator(_distinct)
Sizes = Annotated[
    tuple[int | str, ...], _Distinct, Field(min_length=1, max_length=MOST_JOBS)
]
Seeds = Annotated[
    tuple[Annotated[int, Field(ge=0, lt=2**32)], ...],
    _Distinct,
    Field(min_length=1, max_length=MOST_JOBS),
]


class GridConfig(Section):
    """What is combined with what.

    Attributes
    ----------
    scenarios, sizes, lgn
        Scenarios, sizes of the column, without and with an LGN.
    seeds
        Seeds of trials, pools and scenario. The wiring of the input is none of them: it
        is what a certificate's task trials were shown through.
    """

    scenarios: Annotated[tuple[ScenarioName, ...], _Distinct, Field(min_length=1)] = (
        "default",
    )
    sizes: Sizes = ("3k",)
    lgn: Annotated[tuple[bool, ...], _Distinct, Field(min_length=1)] = (False, True)
    seeds: Seeds = (1,)


class SweepConfig(Section):
    """Everything that decides the outcome of ``v1bridge sweep``.

    Attributes
    ----------
    grid
        The grid.
    certificates
        Certificate by size; none is needed where ``train.model`` says
        ``unvalidated``.
    start
        Folder of an earlier sweep. Every run starts from the weights of the run of
        the same name there: from a coarse step to a fine one, say. It takes the place
        of ``train.training.start``.
    train
        What all runs share, as in the configuration of ``v1bridge train``. An option
        of a scenario reaches the runs of that scenario.
    """

    grid: GridConfig = GridConfig()
    certificates: dict[str, str] = Field(default_factory=dict)
    start: Annotated[str, Field(min_length=1)] | None = None
    train: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One training run of a sweep.

    Attributes
    ----------
    scenario, size, has_lgn, seed
        Its place in the grid.
    config
        Its complete configuration.
    """

    scenario: str
    size: str
    has_lgn: bool
    seed: int
    config: TrainConfig

    @property
    def setting(self) -> str:
        """Size and input, such as ``"3k-lgn"``."""
        return _setting(self.size, self.has_lgn)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return _name(self.setting, self.scenario, self.seed)


def read_sweep(path: Path) -> tuple[Job, ...]:
    """Return the runs of a sweep, all checked.

    Parameters
    ----------
    path
        TOML file.

    Raises
    ------
    InputError
        One line that names everything that is wrong.
    """
    config = SweepConfig.parse(read_toml(path), str(path))
    return tuple(_jobs(config, str(path)))


def _jobs(config: SweepConfig, where: str) -> Iterator[Job]:
    grid, training = config.grid, config.train.get("training", {})
    is_section = isinstance(training, Mapping)  # else the runs' own check says so
    if config.start is not None and is_section and "start" in training:
        raise InputError(
            f"{where}: give either start or train.training.start, not both"
        )
    for size, lgn, scenario, seed in itertools.product(
        grid.sizes, grid.lgn, grid.scenarios, grid.seeds
    ):
        own: dict[str, Mapping[str, Any]] = {
            "column": {"size": size},
            "scenario": {"name": scenario, "seed": seed},
            "input": {"use_lgn": lgn},
            "readout": {"seed": seed},
            "tasks": {"seed": seed},
        }
        if str(size) in config.certificates:
            own["model"] = {"certificate": config.certificates[str(size)]}
        if config.start is not None and is_section:
            name = _name(_setting(str(size), lgn), scenario, seed)
            own["training"] = {"start": str(Path(config.start) / name)}
        for name in own:
            if not isinstance(config.train.get(name, {}), Mapping):
                raise InputError(f"{where}: train.{name}: must be a section with keys")
        content = merge_keys(_without_foreign(config, scenario), own)
        yield Job(scenario, str(size), lgn, seed, TrainConfig.parse(content, where))


def _without_foreign(config: SweepConfig, scenario: str) -> dict[str, Any]:
    """Return what all runs share, without options of other scenarios of the grid."""
    shared = config.train.get("scenario")
    if not isinstance(shared, Mapping):
        return config.train
    options = {n: set(SCENARIOS[n].options.model_fields) for n in config.grid.scenarios}
    foreign = set().union(*options.values()) - options[scenario]
    kept = {name: value for name, value in shared.items() if name not in foreign}
    return {**config.train, "scenario": kept}


def _setting(size: str, has_lgn: bool) -> str:
    return f"{size}-lgn" if has_lgn else size


def _name(setting: str, scenario: str, seed: int) -> str:
    return f"{setting}-{scenario}-{seed}"
