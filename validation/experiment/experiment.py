"""Both models of one column on the same stimuli."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.files.stages import Stages
from bridge.progress import Progress
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.time_constants import sample_tau_r_ms
from bridge.stimulus.stimulus import Stimulus
from ratemodel.variants.registry import VARIANTS
from spiking.running.model import SpikingModel
from validation.config.validate import CALIBRATION_SEED_OFFSET, ValidateConfig
from validation.experiment.parallel import map_in_processes
from validation.experiment.protocol import Protocol, build_protocol
from validation.experiment.rate_models import respond
from validation.experiment.reduced import Reduced
from validation.experiment.sets.build import build_sets
from validation.experiment.sets.reference import set_references
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.experiment.spiking_reference import run_seeds, spiking_reference
from validation.experiment.surround.first_pass import with_surround_rates
from validation.experiment.tau_r_fit import fit_tau_r_ms
from validation.experiment.trained.trained_run import TrainedRun
from validation.experiment.transfer_functions import reduction_of
from validation.report.data import Raster
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

RASTER_STIMULUS = "flash"


@dataclass(frozen=True)
class Experiment:
    """What a validation compares, and how.

    Attributes
    ----------
    column, protocol
        The column and the stimuli.
    sets
        Test stimuli beside those of the protocol, in sets of their own.
    notes
        What a report must say of them.
    config
        The complete configuration.
    stages
        Where finished simulations are kept for a resumed run.
    progress
        Receives the progress.
    """

    column: Column
    protocol: Protocol
    config: ValidateConfig
    stages: Stages
    progress: Progress
    sets: tuple[StimulusSet, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        column: Column,
        config: ValidateConfig,
        stages: Stages,
        progress: Progress,
        trained: TrainedRun | None = None,
    ) -> "Experiment":
        """Return the experiment that a configuration makes of a column."""
        protocol = build_protocol(
            column.lgn,
            duration_ms=config.protocol.duration_ms,
            drop_ms=config.protocol.drop_ms,
            directions_deg=config.protocol.directions_deg,
        )
        sets, notes = build_sets(column, config.protocol, trained)
        return cls(column, protocol, config, stages, progress, sets, notes)

    def with_responding_surround(self) -> "Experiment":
        """Return the experiment with a surround that responds.

        Its stimuli state the rates that the column has in a first pass.
        """

        def rated(
            name: str, stimuli: Sequence[Stimulus], column: Column = self.column
        ) -> tuple[Stimulus, ...]:
            return with_surround_rates(
                column,
                stimuli,
                self.config.spiking,
                name=name,
                bin_ms=self.config.protocol.bin_ms,
                stages=self.stages,
                progress=self.progress,
            )

        protocol = replace(
            self.protocol,
            calibration=rated("calibration", self.protocol.calibration),
            test=rated("test", self.protocol.test),
        )
        sets = tuple(
            replace(own, stimuli=rated(own.name, own.stimuli, own.column(self.column)))
            for own in self.sets
        )
        return replace(self, protocol=protocol, sets=sets)

    def reference(self, is_enough: Callable[[Reference], bool]) -> Reference:
        """Return the spiking responses to the test stimuli, all sets of them.

        Parameters
        ----------
        is_enough
            Whether a reference needs no more trials, where they grow.
        """
        main = spiking_reference(
            self.column,
            self.protocol.test,
            self.config.spiking,
            is_enough,
            bin_ms=self.config.protocol.bin_ms,
            drop_ms=self.config.protocol.drop_ms,
            stages=self.stages,
            progress=self.progress,
        )
        others = set_references(
            self.column,
            self.sets,
            self.config.spiking,
            n_trials=main.rates_hz.shape[2],
            bin_ms=self.config.protocol.bin_ms,
            stages=self.stages,
            progress=self.progress,
        )
        return replace(main, others=others)

    def raster(self) -> Raster:
        """Return the spikes of one trial of the flash."""
        stimulus = next(s for s in self.protocol.test if s.name == RASTER_STIMULUS)
        result = self._spiking_model().run(
            [stimulus],
            n_trials=1,
            seed=self.config.spiking.seeds[0],
            record_spikes=True,
            bin_ms=self.config.protocol.bin_ms,
            drop_ms=self.config.protocol.drop_ms,
            progress=self.progress,
        )
        spikes = result.spikes[0]
        return Raster(
            stimulus.name,
            np.asarray(spikes.times_ms),
            np.asarray(spikes.ids, dtype=np.int64),
            stimulus.duration_ms,
        )

    def reduce(self, trained: TrainedRun | None) -> Reduced:
        """Return the rate model's parameters, and how F was found, if it was.

        Parameters
        ----------
        trained
            The run whose weights the column has, if any.
        """
        config = self.config.reduction
        if trained is not None and config.method == "trained":
            return Reduced(config.method, trained.parameters_of(self.column))
        reduction = reduction_of(
            self.column,
            config,
            self.config.spiking,
            stages=self.stages,
            progress=self.progress,
        )
        return Reduced(
            config.method,
            reduction.parameters,
            config.lgn_levels_hz,
            {
                "plain": self._by_population(reduction.quality_adapted.rms_hz),
                "extended": self._by_population(reduction.quality.rms_hz),
            },
        )

    def models(self, parameters: RateParameters) -> list[RateModel]:
        """Return the rate models to be judged, tau_r fitted where that is wanted."""
        rate = self.config.rate
        wanted = [
            RateModel.of_form(variant, form, None, rate.dt_ms)
            for form in rate.forms
            for variant in rate.variants
        ]
        slow = [m for m in wanted if VARIANTS[m.variant].tau_r_grid_ms is not None]
        found: dict[str, Any]
        if rate.tau_r_ms == "fit":
            found = self._fitted(slow, parameters)
        elif rate.tau_r_ms == "sampled":
            sampled = sample_tau_r_ms(parameters.tau_s_ms, self.config.reduction.seed)
            found = dict.fromkeys((m.name for m in slow), sampled)
        else:
            found = dict.fromkeys((m.name for m in slow), rate.tau_r_ms)
        return [
            model.with_tau_r(found[model.name]) if model.name in found else model
            for model in wanted
        ]

    def respond(
        self,
        models: Sequence[RateModel],
        parameters: RateParameters,
    ) -> dict[str, ModelRates]:
        """Run models on the test stimuli; rates by name."""
        calls = [
            {
                "model": model,
                "parameters": parameters,
                "stimuli": self.protocol.test,
                "bin_ms": self.config.protocol.bin_ms,
                "drop_ms": self.config.protocol.drop_ms,
                "sets": self.sets,
            }
            for model in models
        ]
        found = map_in_processes(
            respond, calls, label="rate models", progress=self.progress
        )
        return {rates.name: rates for rates in found}

    def _fitted(
        self, models: Sequence[RateModel], parameters: RateParameters
    ) -> dict[str, float]:
        if not models:
            return {}
        counts = self.calibration_counts()
        values = map_in_processes(
            fit_tau_r_ms,
            [
                {
                    "parameters": parameters,
                    "model": model,
                    "stimuli": self.protocol.calibration,
                    "counts": counts,
                    "bin_ms": self.config.protocol.bin_ms,
                    "drop_ms": self.config.protocol.drop_ms,
                }
                for model in models
            ],
            label="fits of tau_r",
            progress=self.progress,
        )
        return {m.name: value for m, value in zip(models, values, strict=True)}

    def calibration_counts(self) -> Any:
        """Return spike counts under the calibration stimuli, kept between runs.

        Every run has them: what the fit of tau_r does not need, the baselines do.
        ``(n_seeds, n_stimuli, n_trials, n_bins, 17)``.
        """
        name = f"calibration-{self.column.hash[:12]}"
        counts = self.stages.load(name)
        if counts is None:
            spiking = self.config.spiking
            counts = run_seeds(
                self._spiking_model(),
                self.protocol.calibration,
                [CALIBRATION_SEED_OFFSET + s for s in spiking.seeds],
                n_trials=spiking.calibration_trials,
                first_trial=0,
                bin_ms=self.config.protocol.bin_ms,
                drop_ms=self.config.protocol.drop_ms,
                progress=self.progress,
            )
            self.stages.save(name, counts)
        return counts["counts"]

    def _spiking_model(self) -> SpikingModel:
        spiking = self.config.spiking
        return SpikingModel(self.column, dt_ms=spiking.dt_ms, device=spiking.device)

    def _by_population(self, values: FloatArray) -> dict[str, float]:
        return {
            name: round(float(values[cells].mean()), 4)
            for name in POPULATIONS
            if (cells := self.column.cells_of(name)).size
        }
