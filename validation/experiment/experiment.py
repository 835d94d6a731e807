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
from bridge.reduction.time_constants import with_sampled_tau_r
from bridge.stimulus.stimulus import Stimulus
from ratemodel.variants.registry import VARIANTS
from spiking.running.model import SpikingModel
from validation.config.validate import CALIBRATION_SEED_OFFSET, ValidateConfig
from validation.experiment.parallel import map_in_processes
from validation.experiment.protocol import Protocol, build_protocol
from validation.experiment.rate_models import respond
from validation.experiment.reduced import Reduced
from validation.experiment.sets.build import build_sets
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.experiment.spiking_reference import run_seeds, spiking_reference
from validation.experiment.surround.first_pass import with_surround_rates
from validation.experiment.tau_r.fit import fit_tau_r_ms
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
            Whether a reference, all sets of it, needs no more trials, where they
            grow.
        """
        return spiking_reference(
            self.column,
            StimulusSet("main", "main", self.protocol.test, self.protocol.drop_ms),
            self.sets,
            self.config.spiking,
            is_enough,
            bin_ms=self.config.protocol.bin_ms,
            stages=self.stages,
            progress=self.progress,
        )

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

    def models(
        self, parameters: RateParameters
    ) -> tuple[list[RateModel], tuple[str, ...]]:
        """Return the rate models to be judged, and what to know of their tau_r.

        tau_r is found once, at the finest step, and is that of the model at all
        steps.
        """
        rate, seed = self.config.rate, self.config.reduction.seed
        finest, has_steps = rate.dt_ms[0], len(rate.dt_ms) > 1
        wanted = [
            RateModel.of_form(variant, form, None, finest)
            for form in rate.forms
            for variant in rate.variants
        ]
        slow = [m for m in wanted if VARIANTS[m.variant].tau_r_grid_ms is not None]
        drawn = [
            with_sampled_tau_r(m, parameters.tau_s_ms, seed)
            for m in slow
            if rate.tau_r_ms == "sampled" or (rate.with_sampled and m.form == "plain")
        ]
        found: dict[str, RateModel] = {}
        notes: tuple[str, ...] = ()
        if rate.tau_r_ms in ("fit", "fit_by_population"):
            found, notes = self._fitted(slow, parameters)
            if has_steps and found:
                notes = (
                    f"tau_r was found at the finest step, {finest:g} ms, and is that "
                    "of the model at all steps.",
                    *notes,
                )
        elif not isinstance(rate.tau_r_ms, str):
            found = {m.name: m.with_tau_r(rate.tau_r_ms) for m in slow}
        kept = [found.get(m.name, m) for m in wanted if m not in slow or found]
        models = [
            model.with_step(dt_ms, named=has_steps)
            for dt_ms in rate.dt_ms
            for model in (*kept, *drawn)
        ]
        return models, notes

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
    ) -> tuple[dict[str, RateModel], tuple[str, ...]]:
        """Return models with their fitted tau_r by name, and what to know of it."""
        if not models:
            return {}, ()
        counts = self.calibration_counts()
        fits = map_in_processes(
            fit_tau_r_ms,
            [
                {
                    "parameters": parameters,
                    "model": model,
                    "stimuli": self.protocol.calibration,
                    "counts": counts,
                    "bin_ms": self.config.protocol.bin_ms,
                    "drop_ms": self.config.protocol.drop_ms,
                    "by_population": self.config.rate.tau_r_ms == "fit_by_population",
                }
                for model in models
            ],
            label="fits of tau_r",
            progress=self.progress,
        )
        pairs = list(zip(models, fits, strict=True))
        warnings = (fit.warning(model.name, model.dt_ms) for model, fit in pairs)
        return (
            {model.name: model.with_tau_r(fit.tau_r_ms) for model, fit in pairs},
            tuple(warning for warning in warnings if warning is not None),
        )

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
