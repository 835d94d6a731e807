"""Rates that follow their input too slowly."""

from validation.experiment.sabotages.sabotage import Change, Sabotage

RATES_SLOWED = Sabotage(
    "rates_slowed",
    "tau_r {:g} ms longer",
    (20.0, 5.0, 1.0),
    lambda added_ms: Change(tau_r_added_ms=added_ms),
    needs_tau_r=True,
)
