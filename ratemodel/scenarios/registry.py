"""The scenarios of the training."""

from bridge.by_name import by_name
from ratemodel.scenarios.default import DEFAULT
from ratemodel.scenarios.exchanged_cells import EXCHANGED_CELLS
from ratemodel.scenarios.hybrid import HYBRID
from ratemodel.scenarios.no_dale import NO_DALE
from ratemodel.scenarios.random_synapses import RANDOM_SYNAPSES
from ratemodel.scenarios.uniform_neurons import UNIFORM_NEURONS

SCENARIOS = by_name(
    DEFAULT, UNIFORM_NEURONS, EXCHANGED_CELLS, RANDOM_SYNAPSES, NO_DALE, HYBRID
)
"""The scenarios by name. A scenario is added here."""
