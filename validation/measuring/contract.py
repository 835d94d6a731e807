"""What a measure is: the one contract that the judge and the report know."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast

import numpy as np

from bridge.certificate.scores import MeasureResult, Tier
from validation.criteria.criteria import Criteria, Evaluable, Statistics
from validation.criteria.decision import Decision
from validation.criteria.threshold import Limits, LimitsT
from validation.measuring.compared import Compared

ResultT = TypeVar("ResultT", bound=MeasureResult)


class Column(NamedTuple):
    """One column of the report's table of all measures.

    Attributes
    ----------
    key
        Attribute of the result.
    title, help
        Head of the column, and what it means.
    digits
        Decimals.
    is_percent
        Whether a fraction is shown in percent.
    small_print
        What it is called in the table of verdicts, where it stands in small print;
        not there where it is empty.
    """

    key: str
    title: str
    help: str
    digits: int = 2
    is_percent: bool = False
    small_print: str = ""


class Panel(NamedTuple):
    """One panel of the report's figure of scores.

    Attributes
    ----------
    title
        Title of the panel.
    axis
        Ends of its axis.
    allowed
        What the default tier allows.
    """

    title: str
    axis: tuple[float, float]
    allowed: tuple[float, float]


@dataclass(frozen=True)
class Asked(Generic[LimitsT]):
    """What is asked of a measure.

    Attributes
    ----------
    tier
        The tier.
    limits
        The measure's thresholds at that tier.
    statistics, evaluable
        Settings that all measures share.
    """

    tier: Tier
    limits: LimitsT
    statistics: Statistics
    evaluable: Evaluable


class Measure(ABC, Generic[LimitsT, ResultT]):
    """One measure: what it asks, how it is computed, how it decides, what it says.

    Attributes
    ----------
    name
        Key in results, decisions and sentences.
    section
        Section of the criteria that holds its thresholds; several measures may
        share one.
    limits
        Thresholds of each tier, unless a file of criteria says otherwise.
    decides
        Whether it decides the verdict of a population; otherwise it is a note.
    columns
        Columns of the report's table of all measures.
    summary_title
        Head of its summary in the terminal's table; empty where it has none.
    """

    name: ClassVar[str]
    section: ClassVar[str]
    limits: ClassVar[Mapping[Tier, Limits]]
    decides: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = ()
    summary_title: ClassVar[str] = ""

    @abstractmethod
    def compute(self, compared: Compared, rng: np.random.Generator) -> list[ResultT]:
        """Return the measure in every group, populations first, then classes.

        Parameters
        ----------
        compared
            The model and the reference.
        rng
            Source of randomness, which all measures share in the order of their
            list.
        """

    @abstractmethod
    def decide(self, result: ResultT, asked: Asked[LimitsT]) -> Decision:
        """Judge one group by one tier."""

    @abstractmethod
    def describe(self, result: ResultT, asked: Asked[LimitsT]) -> str:
        """Return what is missed, without the group's name; empty for no word."""

    def is_asked(self, result: ResultT) -> bool:
        """Say whether it is asked of a group; where it is not, the others decide.

        A measure of further sets of stimuli is not asked of rates that have none.
        """
        return True

    def adjust(
        self, results: Sequence[ResultT], family: Sequence[int]
    ) -> list[ResultT]:
        """Return the results of one family, corrected for the number of tests.

        Parameters
        ----------
        results
            Of the populations, or of the classes.
        family
            Indices of those that fire.
        """
        return list(results)

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say why the data cannot judge a group by this measure, if they cannot.

        They can where a perfect model would pass the tier in the share ``power`` of
        data sets like these.
        """
        return None

    def say_unasked(self, results: Mapping[str, ResultT]) -> str:
        """Return why it is not asked of some populations; empty for no word.

        Parameters
        ----------
        results
            By population, of those that can be judged.
        """
        return ""

    def panel(self, limits: LimitsT) -> Panel | None:
        """Return its panel in the figure of scores, drawn from value and interval."""
        return None

    def summarise(
        self, results: Sequence[ResultT], required_fraction: float
    ) -> float | None:
        """Return what it says of a model as a whole, from its judged groups."""
        return None

    def say_summary(self, summary: float | None) -> str:
        """Return the summary in words for the table of verdicts."""
        return ""

    def asked(self, criteria: Criteria, tier: Tier) -> Asked[LimitsT]:
        """Return what the criteria ask of it at a tier."""
        limits = cast(LimitsT, criteria.tiers[tier].section(self.section))
        return Asked(tier, limits, criteria.statistics, criteria.evaluable)


AnyMeasure = Measure[Any, Any]
