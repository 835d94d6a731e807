"""What becomes of a result that lies in a run folder already."""

from typing import Literal, TypedDict, get_args

from bridge.errors import InputError

Existing = Literal["refuse", "overwrite", "resume"]


class Flags(TypedDict):
    """The flags of :func:`bridge.files.run_folder.open_run_folder`."""

    overwrite: bool
    resume: bool


def flags_of(existing: Existing) -> Flags:
    """Return the flags that a word stands for.

    Raises
    ------
    InputError
        If there is no such word.
    """
    if existing not in get_args(Existing):
        raise InputError(
            f"existing {existing!r}: choose one of {', '.join(get_args(Existing))}"
        )
    return {"overwrite": existing == "overwrite", "resume": existing == "resume"}
