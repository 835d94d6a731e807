"""Further sets of stimuli that are handed in: refused where no measure reads them."""

from typing import get_args

import numpy as np

from bridge.errors import InputError
from validation.responses.reference import Reference, SetRole

ROLES = tuple(role for role in get_args(SetRole) if role != "main")
"""Roles of the sets beside the main one."""


def check_sets(reference: Reference) -> None:
    """Refuse sets that no measure could read, or that it would read in part.

    Parameters
    ----------
    reference
        With its sets in ``others``.

    Raises
    ------
    InputError
        If a set has no role that a measure asks for, or other cells than the main
        one; if there are several sets of perturbations; if one of them lacks a
        current, or has not one stimulus without.
    """
    for name, own in reference.others.items():
        if own.role not in ROLES:
            raise InputError(
                f"sets: {name} has the role {own.role!r}, and no measure reads it: "
                f"the attribute 'role' must be {' or '.join(map(repr, ROLES))}"
            )
        if not np.array_equal(own.population, reference.population):
            raise InputError(f"sets: {name} has other neurons than the main set")
    perturbed = {k: r for k, r in reference.others.items() if r.role == "perturbation"}
    if len(perturbed) > 1:
        raise InputError(
            f"sets: {', '.join(perturbed)} are several of perturbations; give one"
        )
    for name, own in perturbed.items():
        n_with = sum(bool(info.injected) for info in own.stimuli)
        if n_with == 0 or len(own.stimuli) - n_with != 1:
            raise InputError(
                f"sets: {name} has {n_with} stimuli with a current and "
                f"{len(own.stimuli) - n_with} without; perturbations are one stimulus "
                "without a current, and others with"
            )
