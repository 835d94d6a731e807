"""The file of trained weights, with what it must say about them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bridge.config_section import one_line
from bridge.errors import InputError
from bridge.rate_model import RateModel

if TYPE_CHECKING:  # torch takes seconds to import, and few commands get here
    from torch import Tensor

WEIGHTS = "weights.safetensors"
"""File of the trained weights in the run folder."""

_READOUTS = "readouts."


@dataclass(frozen=True)
class TrainedWeights:
    """What training left in its file of weights.

    Attributes
    ----------
    recurrent_pa, input_pa
        Weights, pA, ``(n_edges,)``, all finite.
    readouts
        State of the readouts by name.
    certified
        What vouched for the rate model, as results have it.
    covered
        What the certificate covers; None for nothing.
    model
        The rate model.
    """

    recurrent_pa: "Tensor"
    input_pa: "Tensor"
    readouts: dict[str, "Tensor"]
    certified: dict[str, Any]
    covered: str | None
    model: RateModel

    @property
    def weights_pa(self) -> dict[str, "Tensor"]:
        """Return both sets of weights as a network takes them, pA."""
        return {"recurrent": self.recurrent_pa, "input": self.input_pa}


def read_trained_weights(run: Path) -> TrainedWeights:
    """Read the file of weights in the folder of a training.

    Parameters
    ----------
    run
        Run folder of ``v1bridge train``.

    Raises
    ------
    InputError
        If the file is missing, damaged or changed, lacks something, or a number in it
        is not finite.
    """
    import torch

    from ratemodel.training.checkpoint import read_tensors

    path = run / WEIGHTS
    kept = read_tensors(path)
    for name, tensor in kept.tensors.items():
        if not torch.isfinite(tensor).all():
            raise InputError(f"{path}: {name} has a value that is not finite")
    try:
        certified = json.loads(kept.facts["certified"])
        return TrainedWeights(
            kept.tensors["recurrent_pa"],
            kept.tensors["input_pa"],
            {
                name.removeprefix(_READOUTS): tensor
                for name, tensor in kept.tensors.items()
                if name.startswith(_READOUTS)
            },
            certified,
            certified["covers"] if certified["validated"] else None,
            RateModel.model_validate_json(kept.facts["model"]),
        )
    except ValidationError as error:
        raise InputError(f"{path}: model: {one_line(error)}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: lacks what 'v1bridge train' writes ({error})"
        ) from None
