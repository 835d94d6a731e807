"""What one validation found: the content of ``report.json``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    JsonValue,
    ValidationError,
    computed_field,
    model_validator,
)

from bridge.certificate.scores import (
    TIERS,
    Interval,
    Outcome,
    Scores,
    Tier,
    without_computed,
)
from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.rate_model import RateModel
from bridge.reduction.moments.charge import SynapticCharge

FILE = "report.json"
"""Its file in a run folder."""

FORMAT: Literal["v1bridge-report-3"] = "v1bridge-report-3"
"""Format of the file; those of others are refused."""

_EARLIER = (None, "v1bridge-report-2")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


SurroundKind = Literal["none", "frozen", "responding"]
"""No surround, one at its reference rates, or one that follows the column."""


class ChargeFacts(_Part):
    """Where the synaptic charge onto all cells comes from, in the main test set.

    Attributes
    ----------
    recurrent, surround, background, lgn
        Shares of all charge, excitatory and inhibitory added up.
    frozen_share
        Share of the recurrent and surround charge that does not respond.
    frozen_share_of_all
        Share of all charge that does not: of the background, and of the surround
        where that is frozen.
    """

    recurrent: float
    surround: float
    background: float
    lgn: float
    frozen_share: float
    frozen_share_of_all: float

    @classmethod
    def of(cls, charge: SynapticCharge, *, responds: bool) -> Self:
        """Return the shares, with a surround that responds or does not."""
        frozen = 0.0 if responds else charge.surround
        inner = charge.recurrent + charge.surround
        shares = {
            "recurrent": charge.recurrent / charge.total,
            "surround": charge.surround / charge.total,
            "background": charge.background / charge.total,
            "lgn": charge.lgn / charge.total,
            "frozen_share": frozen / inner if inner else 0.0,
            "frozen_share_of_all": (frozen + charge.background) / charge.total,
        }
        return cls(**{name: round(share, 4) for name, share in shares.items()})


class ColumnFacts(_Part):
    """The column: name, hash, numbers of cells and of recurrent connections, charge."""

    name: str
    hash: str
    n_neurons: int
    n_edges: int
    populations: dict[str, int]
    charge: ChargeFacts | None = None


class TrialFacts(_Part):
    """Trials per stimulus of the reference.

    Attributes
    ----------
    per_seed
        How many were simulated with each seed.
    cap
        How many it could have been.
    enough
        Whether every firing population can be judged by the default tier.
    """

    per_seed: int
    cap: int
    enough: bool


class ProtocolFacts(_Part):
    """How the reference was made: stimuli by set, times in ms, seeds and trials.

    Attributes
    ----------
    perturbations, tasks
        Names of the perturbations and of the task trials, the unperturbed grating
        left out.
    task_settings
        What task trials were made with, by task and input.
    rate_dt_ms
        Steps of the rate models.
    """

    calibration: tuple[str, ...]
    test: tuple[str, ...]
    perturbations: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    task_settings: dict[str, dict[str, JsonValue]] = {}
    duration_ms: float
    drop_ms: float
    bin_ms: float
    surround: SurroundKind = "frozen"
    seeds: tuple[int, ...]
    trials: TrialFacts
    device: str
    spiking_dt_ms: float
    rate_dt_ms: tuple[float, ...]


class ReductionFacts(_Part):
    """How the transfer functions were found, and how well they fit, Hz.

    Attributes
    ----------
    method, hash
        The method, and the hash of the parameters.
    lgn_levels_hz
        LGN rates at which they were measured; ``None`` for those of a training.
    fit_rms_hz
        Residual by form and population; ``None`` for those of a training.
    """

    method: str
    hash: str
    lgn_levels_hz: tuple[float, ...] | None = None
    fit_rms_hz: dict[str, dict[str, float]] | None = None


class Control(_Part):
    """A model whose verdict is known.

    Attributes
    ----------
    description
        What it is.
    expected
        Whether it must pass, or fail as it was made worse.
    is_required
        Whether the run can only be relied on if it comes out so; weaker sabotages
        show how small a fault is seen, and need not be.
    seen
        Whether it came out so: a sabotage, whether it was told from the unchanged
        model; the other seed, whether it was not found wrong.
    verdict, pass_fraction
        What the judge said of it.
    model, sabotage, strength
        What was made worse, how, and how much; None where nothing was.
    stimuli
        What it was judged on.
    unchanged_verdict, unchanged_pass_fraction
        Of the model that was made worse, on the same stimuli.
    change, change_interval
        Tiers that the firing populations fell (negative) or rose by, on average.
    found_wrong
        Of the other seed: populations in which it misses the default tier by the
        whole interval of a measure.
    """

    description: str
    expected: Literal["pass", "fail"]
    is_required: bool
    seen: bool
    verdict: Outcome
    pass_fraction: dict[str, float]
    model: str | None = None
    sabotage: str | None = None
    strength: float | None = None
    stimuli: tuple[str, ...] = ()
    unchanged_verdict: Outcome | None = None
    unchanged_pass_fraction: dict[str, float] | None = None
    change: float | None = None
    change_interval: Interval | None = None
    found_wrong: tuple[str, ...] = ()


class VerdictFacts(_Part):
    """Which populations the verdicts count, and which pass.

    Attributes
    ----------
    firing
        Populations that fire in the test set: the denominator.
    judged
        Those of them in which the data can judge every model.
    passing
        By model and tier: the firing populations that reach it.
    """

    firing: tuple[str, ...]
    judged: tuple[str, ...]
    passing: dict[str, dict[Tier, tuple[str, ...]]]

    @classmethod
    def of(cls, variants: Mapping[str, Scores]) -> Self:
        """Return what the scores of all models say together."""
        scores = list(variants.values())
        firing = scores[0].firing if scores else ()
        return cls(
            firing=firing,
            judged=tuple(n for n in firing if all(n in s.judged for s in scores)),
            passing={
                name: {tier: s.passing(tier) for tier in TIERS}
                for name, s in variants.items()
            },
        )


class TrainedFacts(_Part):
    """The training whose weights the column has."""

    run: str
    scenario: str
    scenario_seed: int
    input: Literal["pixels", "lgn"]
    validated_before_training: bool
    model: RateModel


class RunReport(_Part):
    """What one validation found.

    Attributes
    ----------
    column, protocol, reduction
        What was compared, and how.
    variants
        Scores of every rate model, by its name.
    best
        Name of the model that comes first.
    controls
        Models whose verdict is known, by name.
    baselines
        Scores of models without a network, by name; of all measures but the skill,
        which is measured against one of them.
    reliable
        Whether the verdicts can be relied on.
    doubts
        One sentence per reason why they cannot.
    timings
        Seconds by step.
    trained
        The training whose weights the column has, if it has any.
    notes
        Sentences about the whole run.
    """

    format: Literal["v1bridge-report-3"] = FORMAT
    column: ColumnFacts
    protocol: ProtocolFacts
    reduction: ReductionFacts
    variants: dict[str, Scores]
    best: str
    controls: dict[str, Control]
    baselines: dict[str, Scores] = {}
    reliable: bool
    doubts: tuple[str, ...] = ()
    timings: dict[str, float]
    trained: TrainedFacts | None = None
    notes: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, content: Any) -> Any:
        return without_computed(cls, content)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def verdict(self) -> VerdictFacts:
        """Which populations the verdicts count, and which pass."""
        return VerdictFacts.of(self.variants)

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{n}: {s.verdict}" for n, s in self.variants.items())
        return f"RunReport({self.column.name}: {verdicts})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in self.variants)
        rows = "".join(
            f"<tr><td>{population}</td>"
            + "".join(
                f"<td>{s.populations[population].verdict}, NRMSE "
                f"{s.populations[population].nrmse_words()}</td>"
                for s in self.variants.values()
            )
            + "</tr>"
            for population in next(iter(self.variants.values())).populations
        )
        return f"<table><tr><th>population</th>{head}</tr>{rows}</table>"

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``report.json``."""
        return self.model_dump(mode="json", exclude_none=False)

    @classmethod
    def read(cls, run: Path) -> Self:
        """Read the report of a run folder.

        Raises
        ------
        InputError
            If there is none, or it is damaged or of an earlier version.
        """
        path = run / FILE
        if _is_missing(path):
            raise InputError(
                f"{run}: holds no {FILE}; is it a run folder of 'v1bridge validate'?"
            )
        content = read_json(path)
        if "variants" in content and content.get("format") in _EARLIER:
            raise InputError(f"{path}: is of an earlier version; validate again")
        try:
            return cls.model_validate(content, strict=False)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "content"
            raise InputError(
                f"{path}: is not a report of 'v1bridge validate' "
                f"({where}: {first['msg']})"
            ) from None


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except (OSError, ValueError):  # reading it says why
        return False
