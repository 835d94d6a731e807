"""The sabotages of a rate model: the validator's own test."""

from bridge.by_name import by_name
from validation.experiment.sabotages.cells.frozen_variance import VARIANCE_FROZEN
from validation.experiment.sabotages.cells.scaled_adaptation import ADAPTATION_SCALED
from validation.experiment.sabotages.cells.shifted_transfer import TRANSFER_SHIFTED
from validation.experiment.sabotages.cells.slow_rates import RATES_SLOWED
from validation.experiment.sabotages.cells.slow_synapses import SYNAPSES_SLOWED
from validation.experiment.sabotages.connections.removed_connections import (
    CONNECTIONS_REMOVED,
)
from validation.experiment.sabotages.connections.removed_output import OUTPUT_REMOVED
from validation.experiment.sabotages.connections.scaled_delays import DELAYS_SCALED
from validation.experiment.sabotages.connections.scaled_weights import (
    EXCITATION_SCALED,
    INHIBITION_SCALED,
)
from validation.experiment.sabotages.connections.shuffled_weights import (
    WEIGHTS_SHUFFLED,
)
from validation.experiment.sabotages.connections.swapped_signs import SIGNS_SWAPPED
from validation.experiment.sabotages.inputs.permuted_lgn import LGN_PERMUTED
from validation.experiment.sabotages.inputs.scaled_background import BACKGROUND_SCALED
from validation.experiment.sabotages.responses.late_response import RESPONSE_LATE
from validation.experiment.sabotages.responses.reversed_time import TIME_REVERSED
from validation.experiment.sabotages.responses.scaled_modulation import (
    MODULATION_SCALED,
)

SABOTAGES = by_name(
    WEIGHTS_SHUFFLED,
    CONNECTIONS_REMOVED,
    EXCITATION_SCALED,
    INHIBITION_SCALED,
    SIGNS_SWAPPED,
    OUTPUT_REMOVED,
    DELAYS_SCALED,
    SYNAPSES_SLOWED,
    RATES_SLOWED,
    TRANSFER_SHIFTED,
    VARIANCE_FROZEN,
    ADAPTATION_SCALED,
    LGN_PERMUTED,
    BACKGROUND_SCALED,
    TIME_REVERSED,
    RESPONSE_LATE,
    MODULATION_SCALED,
)
"""The sabotages by name, in the order of a report; each must be seen at its first
strength. A sabotage is added here."""
