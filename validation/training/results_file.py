"""The results of a finished training, read back for a table of many."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bridge.config_section import one_line
from bridge.errors import InputError
from bridge.files.json_file import read_json


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Answers(_Part):
    accuracy: float
    right: Annotated[int, Field(ge=0)]
    n_trials: Annotated[int, Field(gt=0)]

    @model_validator(mode="after")
    def _is_of_counts(self) -> Self:
        share = self.right / self.n_trials
        if not share <= 1.0 or not math.isclose(self.accuracy, share, rel_tol=1e-9):
            raise ValueError("accuracy is not right / n_trials")
        return self


class _Certified(_Part):
    validated: bool


class _Results(_Part):
    test: dict[str, _Answers]
    certified: _Certified
    minutes: Annotated[float, Field(ge=0)]


def read_results(path: Path, tasks: Collection[str]) -> dict[str, Any]:
    """Read ``results.json`` of a finished training.

    Parameters
    ----------
    path
        The file.
    tasks
        Tasks that the training was tested on.

    Returns
    -------
    dict
        Its content, of which ``test``, ``certified.validated`` and ``minutes`` are
        checked.

    Raises
    ------
    InputError
        If it is missing, damaged, or of other tasks.
    """
    content = read_json(path)
    try:
        found = _Results.model_validate(content)
    except ValidationError as error:
        raise InputError(
            f"{path}: is not the result of a training ({one_line(error)}); move its "
            "folder away to train again"
        ) from None
    if found.test.keys() != set(tasks):
        raise InputError(
            f"{path}: has the tasks {', '.join(sorted(found.test))}, the training "
            f"{', '.join(sorted(tasks))}; move its folder away to train again"
        )
    return content
