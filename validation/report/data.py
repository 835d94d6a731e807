"""What a report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.arrays import FloatArray, IntArray
from bridge.column.column import Column
from validation.criteria.criteria import Criteria
from validation.report.run_report import RunReport
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference


@dataclass(frozen=True)
class Raster:
    """Spikes of one trial, for the raster plot.

    Attributes
    ----------
    stimulus
        Name of the stimulus.
    times_ms
        Spike times from the start of the trial, ms, shape ``(n_spikes,)``.
    cells
        Index of the cell that fired, shape ``(n_spikes,)``.
    duration_ms
        Duration of the trial, ms.
    """

    stimulus: str
    times_ms: FloatArray
    cells: IntArray
    duration_ms: float


@dataclass(frozen=True)
class ReportData:
    """Everything that ``report.html`` shows.

    Attributes
    ----------
    report
        What the validation found.
    reference
        Spiking responses to the test stimuli.
    models
        Responses of the rate models, by the names in ``report.variants``.
    column
        The column.
    criteria
        The criteria that were applied.
    config_toml
        Complete configuration.
    provenance
        Content of ``provenance.json``.
    raster
        Spikes of one trial; the report has no raster without.
    """

    report: RunReport
    reference: Reference
    models: Mapping[str, ModelRates]
    column: Column
    criteria: Criteria
    config_toml: str
    provenance: Mapping[str, Any]
    raster: Raster | None = None
