"""JSON and TOML with another value, key or depth than a good file has."""

import copy
import json
from typing import Any

import tomli_w
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

_DEEP = "deep deep deep"
_DEPTH = 20_000
_ODD = st.one_of(
    st.sampled_from([None, True, "", 0, -1, 1e300, -1e300, 10**30, [], {}, _DEEP]),
    st.floats(),
    st.integers(),
    st.text(max_size=20),
    st.recursive(
        st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)
_DEEDS = ("replace", "drop", "rename", "add")


def mutated_trees(
    tree: dict[str, Any], n: int, number: int
) -> list[tuple[str, dict[str, Any]]]:
    """Return changed copies of a tree, and what was done.

    Parameters
    ----------
    tree
        Content of a JSON or TOML file.
    n
        Number of copies; fewer where there are no more.
    number
        Decides everything.
    """
    found: list[tuple[str, dict[str, Any]]] = []

    @seed(number)
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_mutated(tree))
    def collect(one: tuple[str, dict[str, Any]]) -> None:
        found.append(one)

    collect()
    return found


def to_json(tree: dict[str, Any]) -> bytes:
    """Return the text of a JSON file, with NaN where the tree has one."""
    text = json.dumps(tree, indent=1)
    deep = "[" * _DEPTH + "]" * _DEPTH
    return text.replace(json.dumps(_DEEP), deep).encode()


def to_toml(tree: dict[str, Any]) -> bytes:
    """Return the text of a TOML file, with ``""`` where the tree has None."""
    text = tomli_w.dumps(_without_none(tree))
    deep = "[" * _DEPTH + "]" * _DEPTH
    return text.replace(json.dumps(_DEEP), deep).encode("utf-8", "surrogatepass")


@st.composite
def _mutated(draw: st.DrawFn, tree: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    result = copy.deepcopy(tree)
    places = list(_places(result))
    holder, key = places[draw(st.integers(0, len(places) - 1))]
    deed = draw(st.sampled_from(_DEEDS))
    if deed == "replace":
        holder[key] = draw(_ODD)
    elif deed == "drop":
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(0, copy.deepcopy(holder[key]) if deed == "add" else draw(_ODD))
    elif deed == "rename":
        holder[_other(draw, key)] = holder.pop(key)
    else:
        holder[_other(draw, key)] = draw(_ODD)
    return f"{deed} {key}" if isinstance(key, str) else f"{deed} an entry", result


def _other(draw: st.DrawFn, key: str) -> str:
    end = draw(st.text(min_size=1, max_size=5) | st.just("_other"))
    return draw(st.sampled_from([key + end, key.upper() + "_", f" {key}"]))


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every value with what holds it, and its key or index there."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = []
    for key, value in pairs:
        found.append((tree, key))
        if isinstance(value, dict | list):
            found += _places(value)
    return found


def _without_none(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _without_none(value) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_without_none(value) for value in tree]
    return "" if tree is None else tree
