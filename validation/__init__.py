"""Compares the rate model with the spiking model, judges, and reports.

Part of v1bridge.
"""

from typing import TYPE_CHECKING

from bridge.lazy_names import lazy_names

if TYPE_CHECKING:
    from validation.experiment.reduce import reduce as reduce
    from validation.judging.score_rates import score as score
    from validation.report.run_report import RunReport as RunReport
    from validation.runs.validate import validate as validate
    from validation.training.train import train as train

__all__ = [
    "RunReport",
    "reduce",
    "score",
    "train",
    "validate",
]

_PLACES = {
    "RunReport": "validation.report.run_report",
    "reduce": "validation.experiment.reduce",
    "score": "validation.judging.score_rates",
    "train": "validation.training.train",
    "validate": "validation.runs.validate",
}

if not TYPE_CHECKING:
    __getattr__ = lazy_names(__name__, _PLACES)


def __dir__() -> list[str]:
    return __all__
