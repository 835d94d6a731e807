"""What goes beyond the plain form of a variant."""

from dataclasses import dataclass

from bridge.errors import InputError


@dataclass(frozen=True)
class Extensions:
    """What goes beyond the plain form; everything off is the plain form.

    Attributes
    ----------
    cascade
        The exact alpha kernel of every receptor in place of one pole per cell
        (equilibrium: two poles of ``tau_r / 2`` in place of one).
    adaptation
        The slow after-spike current as a state in place of its mean in F.
    delays
        Synaptic delays, in whole steps.
    variance
        F follows the variance of the input in place of a frozen one.
    membrane
        The membrane's lag, its threshold crossings and the cells just reset,
        see :class:`ratemodel.cells.membrane.Membrane`; it needs the variance.
    """

    cascade: bool = False
    adaptation: bool = False
    delays: bool = False
    variance: bool = False
    membrane: bool = False

    def __post_init__(self) -> None:
        if self.membrane and not self.variance:
            raise InputError("rate model: the membrane needs the variance")
