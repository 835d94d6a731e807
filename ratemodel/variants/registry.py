"""The discrete rate variants: a new one is a file of its own and a line here.

Importing it costs nothing: a variant's file needs torch only to run.
"""

from bridge.by_name import by_name
from ratemodel.variants.equilibrium import Equilibrium
from ratemodel.variants.instantaneous import Instantaneous
from ratemodel.variants.kind import VariantKind
from ratemodel.variants.low_pass import LowPass

VARIANTS: dict[str, VariantKind] = by_name(Instantaneous, LowPass, Equilibrium)
"""The three limits of the rate model by name. A variant is added here."""
