"""Runs rate models on the test stimuli and hands their rates to the judge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from validation.config.sections import EXTENSIONS
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.sabotages.sabotage import Sabotage
from validation.responses.model_rates import ModelRates


def extensions_of(form: str) -> tuple[str, ...]:
    """Return what a form adds: :data:`validation.config.sections.EXTENSIONS`."""
    return EXTENSIONS[form]


@dataclass(frozen=True)
class RateModel:
    """A rate model to be judged.

    Attributes
    ----------
    variant
        ``"instantaneous"``, ``"low_pass"`` or ``"equilibrium"``.
    form
        ``"plain"``, ``"extended"`` or ``"membrane"``.
    tau_r_ms
        tau_r, ms: a number, ``(17,)`` or ``(n_cells,)``; ``None`` for instantaneous.
    """

    variant: str
    form: str
    tau_r_ms: float | FloatArray | None

    @property
    def name(self) -> str:
        """Name in the report: the variant, with its form unless plain."""
        return self.variant if self.form == "plain" else f"{self.variant}_{self.form}"

    @property
    def extensions(self) -> tuple[str, ...]:
        """Names of the extensions that are on."""
        return extensions_of(self.form)

    def tau_r_by_population(
        self, population: NDArray[np.int8]
    ) -> float | tuple[float, ...] | None:
        """Return tau_r as a report states it: one value, or one per population."""
        if self.tau_r_ms is None or np.ndim(self.tau_r_ms) == 0:
            return None if self.tau_r_ms is None else float(self.tau_r_ms)
        values = np.asarray(self.tau_r_ms)
        if values.size != len(POPULATIONS):
            count = np.bincount(population, minlength=len(POPULATIONS))
            total = np.bincount(population, values, minlength=len(POPULATIONS))
            values = total / np.maximum(count, 1)
        return tuple(float(round(v, 4)) for v in values)


def respond(
    model: RateModel,
    parameters: RateParameters,
    stimuli: Sequence[Stimulus],
    *,
    dt_ms: float,
    bin_ms: float,
    drop_ms: float,
    sabotage: str | None = None,
) -> ModelRates:
    """Run a rate model, or a sabotaged one, on stimuli.

    Parameters
    ----------
    model
        Which variant, form and tau_r.
    parameters
        Parameters of the column's rate model.
    stimuli
        The stimuli.
    dt_ms, bin_ms, drop_ms
        Step, bin, dropped start, ms.
    sabotage
        Name of a change, one of
        :data:`validation.experiment.sabotages.registry.SABOTAGES`, that is meant to be
        noticed.
    """
    change = SABOTAGES[sabotage] if sabotage else Sabotage("none", "nothing changed")
    tau_r = model.tau_r_ms
    network = RateNetwork.with_extensions(
        change.parameters(parameters),
        model.variant,
        model.extensions,
        None if tau_r is None else change.tau_r_factor * np.asarray(tau_r),
        dt_ms,
    )
    run = network.run(
        [change.stimulus(s) for s in stimuli],
        bin_ms=bin_ms,
        drop_ms=drop_ms,
    )
    rates = run.rates[:, round(drop_ms / bin_ms) :]
    return ModelRates(
        name=sabotage or model.name,
        rates_hz=rates[:, ::-1] if change.reverse_time else rates,
        neuron_rates_hz=run.neuron_rates,
        tau_r_ms=model.tau_r_by_population(parameters.population),
    )
