"""The measures: a new one is a file of its own and a line here."""

from validation.measures.explained_variance import ExplainedVariance
from validation.measures.frequency_response import FrequencyResponse
from validation.measures.lag import Lag
from validation.measures.mean_rate import MeanRate
from validation.measures.neuron_rates import NeuronRates
from validation.measures.nrmse import Nrmse
from validation.measures.onset import Onset
from validation.measures.peak import Peak
from validation.measures.r_over_ceiling import ROverCeiling
from validation.measures.sets.perturbation import Perturbation
from validation.measures.sets.task_mean_rate import TaskMeanRate
from validation.measures.sets.task_nrmse import TaskNrmse
from validation.measures.skill import Skill
from validation.measures.tuning import Tuning
from validation.measuring.contract import AnyMeasure

MEASURES: tuple[AnyMeasure, ...] = (
    MeanRate(),
    ROverCeiling(),
    ExplainedVariance(),
    Nrmse(),
    Skill(),
    Lag(),
    Onset(),
    Peak(),
    FrequencyResponse(),
    NeuronRates(),
    Tuning(),
    Perturbation(),
    TaskNrmse(),
    TaskMeanRate(),
)
"""In the order of reports; they share one source of randomness in this order."""

RANKING = ExplainedVariance.name
"""Measure that orders models of one verdict."""


def measures() -> tuple[AnyMeasure, ...]:
    """Return all measures."""
    return MEASURES
