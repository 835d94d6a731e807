"""The report's part about perturbations and task trials."""

from typing import Any

from validation.measures.sets.perturbation import Perturbation
from validation.measures.sets.task_mean_rate import TaskMeanRate
from validation.measures.sets.task_nrmse import TaskNrmse
from validation.report.data import ReportData
from validation.report.figures.catalogue import picture
from validation.report.figures.sets import draw_perturbations, draw_task_trials
from validation.report.wording import number, title_of
from validation.statistics.numbers import span


def set_section(data: ReportData) -> dict[str, Any]:
    """Return figures and table for the page; both of the best model.

    Returns
    -------
    dict
        ``figures``, ``rows``, ``model``; no figure where the run has no such set.
    """
    scores = data.report.variants[data.report.best]
    drawn = (
        (
            draw_perturbations(data),
            "Changes that currents into one population make",
            "Perturbed minus unperturbed response to a grating: current into one "
            "population (shaded), from the dotted line on, for 250 ms.",
        ),
        (
            draw_task_trials(data),
            "Responses in task trials",
            "The first trial of each task, with pixels and with the LGN's filters, "
            "from rest to the end of the answer window.",
        ),
    )
    return {
        "model": title_of(scores),
        "figures": [
            picture(figure, title, caption)
            for figure, title, caption in drawn
            if figure is not None
        ],
        "rows": [
            {
                "name": name,
                "change": _percent(own.value(Perturbation.name, "change")),
                "model_change": _percent(own.value(Perturbation.name, "model_change")),
                "error": _with_interval(own, Perturbation.name),
                "error_tier": _tier(own, Perturbation.name),
                "rate": number(own.value(TaskMeanRate.name, "spiking_hz")),
                "rate_error": _percent(own.value(TaskMeanRate.name)),
                "rate_tier": _tier(own, TaskMeanRate.name),
                "nrmse": _with_interval(own, TaskNrmse.name),
                "nrmse_tier": _tier(own, TaskNrmse.name),
            }
            for name, own in scores.populations.items()
            if own.measures
        ],
    }


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _with_interval(own: Any, measure: str) -> str:
    value = own.value(measure)
    if value is None:
        return "–"
    return f"{value:.2f} ({span(own.value(measure, 'interval'))})"


def _tier(own: Any, measure: str) -> str:
    tier: str = own.value(measure, "tier") or "inconclusive"
    return tier
