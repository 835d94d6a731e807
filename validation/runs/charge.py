"""Which share of a run's synaptic charge answers to what happens."""

import numpy as np

from bridge.reduction.moments.charge import synaptic_charge
from validation.experiment.experiment import Experiment
from validation.report.run_report import ChargeFacts
from validation.responses.reference import Reference


def charge_facts(experiment: Experiment, reference: Reference) -> ChargeFacts:
    """Return where the charge comes from, at the spiking rates of the main test set.

    Parameters
    ----------
    experiment
        Column, stimuli and configuration.
    reference
        The spiking responses.
    """
    drop_ms = experiment.config.protocol.drop_ms
    stimuli = experiment.protocol.test
    responds = stimuli[0].surround_hz is not None
    lgn = [s.lgn_rate_hz[round(drop_ms / s.dt_ms) :].mean(axis=0) for s in stimuli]
    rates = [
        s.surround_hz[round(drop_ms / s.dt_ms) :].mean(axis=0)
        for s in stimuli
        if s.surround_hz is not None
    ]
    charge = synaptic_charge(
        experiment.column,
        reference.neuron_rates_hz.mean(axis=(0, 1, 2)),
        np.mean(lgn, axis=0, dtype=np.float64),
        np.mean(rates, axis=0) if responds else None,
    )
    return ChargeFacts.of(charge, responds=responds)
