"""A list of what there is of a kind, by name."""

from typing import Protocol, TypeVar


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """How options and files call it."""


Member = TypeVar("Member", bound=Named)


def by_name(*members: Member) -> dict[str, Member]:
    """Return the members by name, in this order.

    Parameters
    ----------
    *members
        All there are.

    Raises
    ------
    ValueError
        If two have the same name.
    """
    found = {member.name: member for member in members}
    if len(found) < len(members):
        names = [member.name for member in members]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"two members of a list are called {' and '.join(twice)}")
    return found
