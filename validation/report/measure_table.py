"""Tables of the report as rows of text."""

from typing import Any

from bridge.certificate.scores import TIERS, PopulationScore, Scores
from validation.criteria.criteria import Criteria
from validation.measures.registry import measures
from validation.measuring.contract import Column
from validation.measuring.regime_state import STATES
from validation.report.run_report import RunReport
from validation.report.wording import number, percent

CEILING = Column("ceiling", "ceiling", "largest correlation that the noise allows")


def measure_columns() -> list[Column]:
    """Return the columns of the table of all measures."""
    return [CEILING, *(column for m in measures() for column in m.columns)]


def shown(value: float | None, column: Column) -> str:
    """Return a number as its column shows it."""
    return percent(value) if column.is_percent else number(value, column.digits)


def small_print(score: PopulationScore) -> list[str]:
    """Return the numbers that stand in small print in the table of verdicts."""
    return [
        shown(score.value(measure.name, column.key), column)
        for measure in measures()
        for column in measure.columns
        if column.small_print
    ]


def small_print_words() -> str:
    """Return what the small print is."""
    return ", ".join(
        column.small_print
        for measure in measures()
        for column in measure.columns
        if column.small_print
    )


def measure_rows(scores: Scores) -> list[dict[str, Any]]:
    """Return the table of all measures of one model: populations, then classes."""
    rows = []
    n_populations = len(scores.populations)
    groups = [*scores.populations.items(), *scores.classes.items()]
    for k, (name, score) in enumerate(groups):
        cells = [shown(score.spiking.ceiling, CEILING)]
        cells += [
            shown(score.value(measure.name, column.key), column)
            for measure in measures()
            for column in measure.columns
        ]
        rows.append(
            {
                "name": name,
                "cells": cells,
                "verdict": score.verdict,
                "reason": score.reason,
                "is_first_class": k == n_populations,
            }
        )
    return rows


def regime_rows(
    report: RunReport, criteria: Criteria
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return titles of the states of a population, and their values.

    The spiking model alone decides them, so the first variant's are taken.
    """
    first = next(iter(report.variants.values()), None)
    populations = {} if first is None else first.populations
    rows = [
        {
            "name": name,
            "cells": [
                {
                    "text": number(score.spiking.regime.get(key)),
                    "is_out": state.is_out(
                        score.spiking.regime.get(key), criteria.regime
                    ),
                }
                for key, state in STATES.items()
            ],
        }
        for name, score in populations.items()
    ]
    return [state.title for state in STATES.values()], rows


def criteria_rows(criteria: Criteria) -> list[dict[str, str]]:
    """Return every threshold in its three tiers with the default's reason."""
    tiers: dict[str, Any] = {name: criteria.tiers[name].model_dump() for name in TIERS}
    rows: list[dict[str, str]] = []
    for group, thresholds in tiers["default"].items():
        for name, threshold in thresholds.items():
            row = {
                "name": f"{group}: {name}".replace("_", " "),
                "reason": str(threshold["reason"]),
            }
            for tier, content in tiers.items():
                row[tier] = f"{content[group][name]['value']:g}"
            rows.append(row)
    return rows
