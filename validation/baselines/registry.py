"""The baselines: a new one is a file of its own and a line here."""

from bridge.by_name import by_name
from validation.baselines.constant import CONSTANT
from validation.baselines.own_input import OWN_INPUT_LOW_PASS
from validation.baselines.stimulus_only import STIMULUS_ONLY

BASELINES = by_name(CONSTANT, STIMULUS_ONLY, OWN_INPUT_LOW_PASS)
"""The baselines by name, in the order of a report."""
