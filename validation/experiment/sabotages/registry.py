"""The sabotages of a rate model: the validator's own test."""

from bridge.by_name import by_name
from validation.experiment.sabotages.permuted_lgn import LGN_PERMUTED
from validation.experiment.sabotages.removed_output import OUTPUT_REMOVED
from validation.experiment.sabotages.reversed_time import TIME_REVERSED
from validation.experiment.sabotages.scaled_weights import (
    EXCITATION_SCALED,
    INHIBITION_SCALED,
)
from validation.experiment.sabotages.shifted_transfer import TRANSFER_SHIFTED
from validation.experiment.sabotages.shuffled_weights import WEIGHTS_SHUFFLED
from validation.experiment.sabotages.slow_rates import RATES_SLOWED
from validation.experiment.sabotages.slow_synapses import SYNAPSES_SLOWED

SABOTAGES = by_name(
    WEIGHTS_SHUFFLED,
    EXCITATION_SCALED,
    INHIBITION_SCALED,
    SYNAPSES_SLOWED,
    RATES_SLOWED,
    TRANSFER_SHIFTED,
    OUTPUT_REMOVED,
    TIME_REVERSED,
    LGN_PERMUTED,
)
"""The sabotages by name, in the order of a report; each must fail. A sabotage is
added here."""
