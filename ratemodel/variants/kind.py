"""What the list of variants knows of each: a class, before it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ratemodel.variants.contract import PublishedVariant, SecondOrderVariant
    from ratemodel.variants.parts import Parts


class VariantKind(Protocol):
    """A rate variant's class."""

    @property
    def name(self) -> str:
        """How options and files call it."""

    @property
    def title(self) -> str:
        """How reports call it."""

    @property
    def has_tau_s(self) -> bool:
        """Whether its synapses have inertia."""

    @property
    def tau_r_grid_ms(self) -> tuple[float, ...] | None:
        """Values of tau_r that a calibration tries, ms; None where it has no tau_r."""

    def build(self, parts: Parts) -> PublishedVariant[Any]:
        """Return the variant of a column's parts, with its update as published."""

    def second_order(self, parts: Parts) -> SecondOrderVariant[Any]:
        """Return the variant of a column's parts, of second order in the step."""
