"""The discrete rate variants: a new one is a file of its own and a line here.

Importing it costs nothing: a variant's file needs torch only to run.
"""

from ratemodel.variants.equilibrium import Equilibrium
from ratemodel.variants.instantaneous import Instantaneous
from ratemodel.variants.low_pass import LowPass

VARIANTS = {kind.name: kind for kind in (Instantaneous, LowPass, Equilibrium)}
"""The three limits of the rate model by name."""


def check_variant(name: str) -> str:
    """Return the name of a variant.

    Raises
    ------
    ValueError
        If there is no such variant.
    """
    if name not in VARIANTS:
        raise ValueError(f"must be one of {', '.join(VARIANTS)}")
    return name
