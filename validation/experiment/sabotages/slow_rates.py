"""Rates that follow their input too slowly."""

from validation.experiment.sabotages.sabotage import Sabotage

RATES_SLOWED = Sabotage("tau_r_x5", "tau_r times 5", tau_r_factor=5.0, needs_tau_r=True)
