"""Which rate model: said once, wherever a rate model is meant."""

import math
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.config_section import one_line
from bridge.errors import InputError
from bridge.files.hashing import content_hash

TimeConstant = float | tuple[float, ...] | None
"""A time constant, ms: one value, one per population or cell, or none."""

Extension = Literal["adaptation", "cascade", "delays", "membrane", "variance"]
"""What may be added to a variant as published.

``cascade``: the exact alpha kernel of every receptor in place of one pole per cell
(equilibrium: two poles of tau_r / 2 in place of one). ``adaptation``: the slow
after-spike current as a state in place of its mean in F. ``delays``: time as it
is, synaptic delays between whole steps as well, and with them a step of second
order (:mod:`ratemodel.variants.second_order`); without them the update is the
published one. ``variance``: F follows the variance of the input in place of a
frozen one. ``membrane``: its lag, its threshold crossings and the cells just
reset (:class:`ratemodel.cells.membrane.Membrane`); it needs the variance."""

FORMS: dict[str, tuple[Extension, ...]] = {
    "plain": (),
    "extended": ("adaptation", "cascade", "delays", "variance"),
    "membrane": ("adaptation", "cascade", "delays", "membrane", "variance"),
}
"""Extensions of each form, from the simplest to the most complete."""


class RateModelError(InputError, ValueError):
    """No such rate model; a ValueError as well, for a file that states one."""


class TauRDraw(BaseModel):
    """How the tau_r of every cell was drawn from the tau_s of the column.

    Attributes
    ----------
    seed
        Seed of the draw.
    hash
        Hash of what was drawn, cell by cell: the model states one mean per
        population, which other draws have as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: Annotated[int, Field(ge=0)]
    hash: str


class RateModel(BaseModel):
    """A discrete rate model: variant, extensions, time constant and step.

    Attributes
    ----------
    variant
        Name of the variant, such as ``"low_pass"``
        (:data:`ratemodel.variants.registry.VARIANTS`).
    extensions
        What goes beyond the variant as published, sorted; see :data:`Extension`.
    tau_r_ms
        Rate time constant, ms: one value, one per population ``(17,)`` or one per
        cell; None for a variant that has none, or where it is yet to be found.
    dt_ms
        Step, ms.
    tau_r_draw
        How tau_r was drawn for each cell; None where it was not drawn.
    is_named_by_step
        Whether the name ends with the step: one of several in a validation. It is
        no part of the model and in no file.

    Raises
    ------
    RateModelError
        If an extension is unknown, a time not positive, the membrane has no
        variance to read, or what was drawn is one value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    variant: str
    extensions: tuple[Extension, ...] = ()
    tau_r_ms: TimeConstant = None
    dt_ms: Annotated[float, Field(allow_inf_nan=True)] = 1.0
    tau_r_draw: TauRDraw | None = None
    is_named_by_step: Annotated[bool, Field(exclude=True, repr=False)] = False

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise RateModelError(f"rate model: {one_line(error)}") from None

    @field_validator("extensions")
    @classmethod
    def _sorted_once(cls, names: tuple[Extension, ...]) -> tuple[Extension, ...]:
        order: tuple[Extension, ...] = get_args(Extension)
        return tuple(name for name in order if name in names)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if "membrane" in self.extensions and "variance" not in self.extensions:
            raise ValueError("the membrane needs the variance")
        if not (math.isfinite(self.dt_ms) and self.dt_ms > 0.0):
            raise ValueError(f"dt_ms must be positive, not {self.dt_ms:g}")
        times = self.tau_r_ms if isinstance(self.tau_r_ms, tuple) else (self.tau_r_ms,)
        if any(t is not None and not (math.isfinite(t) and t > 0.0) for t in times):
            raise ValueError("tau_r_ms: a value is not a positive number")
        if self.tau_r_draw is not None and not isinstance(self.tau_r_ms, tuple):
            raise ValueError("tau_r_draw: tau_r_ms has not several values")
        return self

    @classmethod
    def of_form(
        cls,
        variant: str,
        form: str,
        tau_r_ms: TimeConstant = None,
        dt_ms: float = 1.0,
    ) -> Self:
        """Return the model of a variant in one of :data:`FORMS`.

        Parameters
        ----------
        variant, tau_r_ms, dt_ms
            As for the class.
        form
            Name of the form.

        Raises
        ------
        RateModelError
            If there is no such form, or as for the class.
        """
        if form not in FORMS:
            raise RateModelError(
                f"rate model: form {form!r}: there are {', '.join(FORMS)}"
            )
        return cls(
            variant=variant, extensions=FORMS[form], tau_r_ms=tau_r_ms, dt_ms=dt_ms
        )

    def with_tau_r(self, tau_r_ms: TimeConstant | FloatArray) -> Self:
        """Return the model with another tau_r, ms, which was not drawn."""
        value = tau_r_ms
        if isinstance(value, np.ndarray):
            value = tuple(float(v) for v in value) if value.ndim else float(value)
        return self.model_copy(update={"tau_r_ms": value, "tau_r_draw": None})

    def with_drawn_tau_r(self, tau_r_ms: FloatArray, seed: int) -> Self:
        """Return the model with a tau_r of every cell, ms, and how it was drawn.

        Parameters
        ----------
        tau_r_ms
            ms, ``(n_cells,)``.
        seed
            Seed of the draw.
        """
        values = np.asarray(tau_r_ms, dtype=np.float64)
        draw = TauRDraw(seed=seed, hash=content_hash({"tau_r_ms": values}))
        return self.with_tau_r(values).model_copy(update={"tau_r_draw": draw})

    def with_step(self, dt_ms: float, *, named: bool = False) -> Self:
        """Return the model with another step, ms, which the name may end with."""
        return self.model_copy(update={"dt_ms": dt_ms, "is_named_by_step": named})

    def by_population(self, population: NDArray[np.int8]) -> Self:
        """Return the model with tau_r as reports state it.

        Parameters
        ----------
        population
            Population of each cell, ``(n_cells,)``.

        Returns
        -------
        RateModel
            With one tau_r, or the mean of each population's cells, ``(17,)``,
            rounded to 0.1 us; of all cells where a population has none.
        """
        if not isinstance(self.tau_r_ms, tuple):
            return self
        values = np.asarray(self.tau_r_ms)
        if values.size != len(POPULATIONS):
            count = count_by_population(population)
            total = np.bincount(population, values, minlength=len(POPULATIONS))
            values = np.where(count > 0, total / np.maximum(count, 1), values.mean())
        stated = tuple(float(round(v, 4)) for v in values)
        return self.model_copy(update={"tau_r_ms": stated})

    def __repr__(self) -> str:
        tau_r = self.tau_r_ms
        if isinstance(tau_r, tuple):
            shown = f", {len(tau_r)} values of tau_r"
        else:
            shown = "" if tau_r is None else f", tau_r {tau_r:g} ms"
        return f"RateModel({self.name}{shown}, dt {self.dt_ms:g} ms)"

    __str__ = __repr__

    @property
    def form(self) -> str:
        """Name of the form; the extensions, joined by +, where it is none of them."""
        named = {extensions: form for form, extensions in FORMS.items()}
        return named.get(self.extensions, "+".join(self.extensions))

    @property
    def name(self) -> str:
        """Name in files and reports: the variant, with its form unless plain.

        Then ``sampled``, where tau_r was drawn, and the step where it is one of
        several: ``"low_pass_extended_2ms"``.
        """
        parts = [self.variant] if self.form == "plain" else [self.variant, self.form]
        if self.tau_r_draw is not None:
            parts.append("sampled")
        if self.is_named_by_step:
            parts.append(f"{self.dt_ms:g}ms")
        return "_".join(parts)
