"""Whether the judge can tell a model that was made worse, and one that was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bridge.certificate.scores import Interval, Outcome, PopulationScore, Scores
from bridge.rate_model import RateModel
from validation.criteria.criteria import Criteria
from validation.judging.ranking import RANK, best_model
from validation.judging.verdict import firing_of
from validation.measures.registry import measures
from validation.statistics.jackknife import t_quantile

RIGHT_SHARE = 0.95
"""Share of the firing populations in which the other noise seed must be found right:
a judge that is wrong more often than its intervals say rejects right models."""

CONFIDENCE = 0.95
"""Of the interval of the change in passed populations."""

N_SAMPLES = 2000


@dataclass(frozen=True)
class Change:
    """What a sabotage changed in the verdicts on the populations.

    Attributes
    ----------
    tiers
        Tiers reached by the sabotaged model minus those by the unchanged one, mean
        over the firing populations: -1 where each falls by one tier.
    interval
        Its confidence interval, from populations drawn with replacement.
    has_fallen
        Whether the verdict on the whole model falls by a tier.
    """

    tiers: float
    interval: Interval
    has_fallen: bool

    @property
    def is_seen(self) -> bool:
        """Whether the judge saw that the model was made worse."""
        return self.has_fallen or self.interval[1] < 0.0


def change_of(unchanged: Scores, sabotaged: Scores, criteria: Criteria) -> Change:
    """Compare the verdicts on a model and on the same made worse.

    Both are paired by population, and both were judged against the same trials. The
    noise of the trials is in each of the verdicts, which are held against the
    unfavourable ends of intervals over the trials; a population that lies so close to
    a threshold that a small change turns its verdict is one of many, and the interval
    over the populations says how far their number can be relied on. Of 15
    populations, four must fall and none rise.

    Parameters
    ----------
    unchanged, sabotaged
        Scores against one reference.
    criteria
        Say from which rate on a population counts.
    """
    before, after = (
        np.array(
            [_tiers(s) for s in firing_of(scores.populations, criteria).values()],
            dtype=np.float64,
        )
        for scores in (unchanged, sabotaged)
    )
    if not before.size:
        return Change(0.0, (0.0, 0.0), False)
    change = after - before
    drawn = np.random.default_rng(0).integers(
        change.size, size=(N_SAMPLES, change.size)
    )
    tail = 0.5 * (1.0 - CONFIDENCE)
    low, high = np.quantile(change[drawn].mean(axis=1), [tail, 1.0 - tail])
    judged: set[Outcome] = {unchanged.verdict, sabotaged.verdict}
    has_fallen = RANK[sabotaged.verdict] < RANK[unchanged.verdict]
    return Change(
        float(change.mean()),
        (float(low), float(high)),
        has_fallen and "inconclusive" not in judged,
    )


def found_wrong(scores: Scores, criteria: Criteria, n_trials: int) -> tuple[str, ...]:
    """Return the firing populations in which a model is shown to be wrong.

    In these a measure that decides misses the default tier by its whole interval.
    Where only the unfavourable end misses, the data do not tell: with half of the
    trials on either side the other seed has four times the noise of a rate model, and
    to count what that hides would say nothing about the judge. The intervals are
    widened for the number of populations and measures (Bonferroni): of a hundred
    right models at most five are found wrong anywhere.

    Parameters
    ----------
    scores
        Of the model.
    criteria
        The thresholds.
    n_trials
        Trials of the side that has fewer.
    """
    firing = firing_of(scores.populations, criteria)
    n_tests = max(len(firing), 1) * sum(measure.decides for measure in measures())
    tail = 0.5 * (1.0 - CONFIDENCE)
    wider = t_quantile(1.0 - tail / n_tests, n_trials) / t_quantile(
        1.0 - tail, n_trials
    )
    return tuple(
        name for name, score in firing.items() if _is_wrong(score, criteria, wider)
    )


def _is_wrong(score: PopulationScore, criteria: Criteria, wider: float) -> bool:
    for measure in measures():
        asked = measure.asked(criteria, "default")
        panel = measure.panel(asked.limits)
        result = score.measures.get(measure.name)
        if not measure.decides or panel is None:
            continue
        if result is None:  # the model's rates are not numbers
            return True
        value, interval = result.value, result.interval
        if measure.decide(result, asked) != "fail" or value is None or interval is None:
            continue
        low, high = (value + wider * (end - value) for end in interval)
        if high < panel.allowed[0] or low > panel.allowed[1]:
            return True
    return False


def models_to_sabotage(
    models: Sequence[RateModel],
    scores: Mapping[str, Scores],
) -> list[RateModel]:
    """Return the models that the controls change, the best of all first.

    The best of each form that passes at some tier, and the best of all: a form that
    fails has no verdict to lose, and no certificate that a gate would take.

    Parameters
    ----------
    models, scores
        The models and their scores.
    """
    best = best_model(models, scores)
    forms = dict.fromkeys(model.form for model in models)
    of_form = [
        best_model([m for m in models if m.form == form], scores) for form in forms
    ]
    passing = [m for m in of_form if RANK[scores[m.name].verdict] > 0]
    return [best, *(m for m in passing if m is not best)]


def _tiers(score: PopulationScore) -> int:
    return max(RANK[score.verdict], 0)
