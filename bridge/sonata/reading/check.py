"""Refuse by name what a file holds and nobody here understands."""

from collections.abc import Collection, Iterable

from bridge.errors import InputError
from bridge.sonata.reading.known import LABEL_ENDINGS, Known


def check_names(
    names: Iterable[str],
    known: Known,
    place: str,
    labels: Collection[str] = (),
) -> None:
    """Refuse names that are not known, or known as what cannot be honoured.

    Parameters
    ----------
    names
        What stands there.
    known
        What may.
    place
        File, and where in it, for the message.
    labels
        Further names that are harmless.

    Raises
    ------
    InputError
        If a name is refused, or on no list.
    """
    for name in names:
        if name in known.read or name in known.harmless or name in labels:
            continue
        if name in known.refused:
            raise InputError(
                f"{place}: {name} cannot be honoured: {known.refused[name]}"
            )
        if known.labels and name.endswith(LABEL_ENDINGS):
            continue
        raise InputError(
            f"{place}: {name} is not known, so it might change the network unnoticed; "
            "remove it (docs/reference/sonata.md says what is read)"
        )
