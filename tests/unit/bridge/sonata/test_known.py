"""The user's list of what is read is the one that the code goes by."""

import re
from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.sonata.glif import nest_form
from bridge.sonata.reading import known, known_configuration
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known import Known

PAGE = Path(__file__).parents[4] / "docs/reference/sonata.md"

SECTIONS = {
    "Cells": known.CELLS,
    "LGN cells": known.LGN,
    "Background and surround": known.STREAMS,
    "Edges": known.EDGES,
    "Files of synapse models": known.SYNAPSE_FILE,
    "Configurations": known_configuration.CONFIGURATION,
    "networks": known_configuration.NETWORKS,
    "An entry of networks.nodes": known_configuration.NODES_ENTRY,
    "An entry of networks.edges": known_configuration.EDGES_ENTRY,
    "populations": known_configuration.POPULATION,
    "components": known_configuration.COMPONENTS,
    "run": known_configuration.RUN,
    "conditions": known_configuration.CONDITIONS,
    "An entry of inputs": known_configuration.SPIKES_ENTRY,
}
EVERY = {
    name: value
    for module in (known, known_configuration)
    for name, value in vars(module).items()
    if isinstance(value, Known)
}


def of_page(section: str) -> dict[str, tuple[str, str]]:
    """Return what a section of the page says of each name."""
    text = PAGE.read_text(encoding="utf-8")
    body = re.split(rf"^#+ {re.escape(section)}$", text, flags=re.MULTILINE)[1]
    body = re.split(r"^#", body, maxsplit=1, flags=re.MULTILINE)[0]
    found = {}
    for names, what, why in re.findall(r"^\| (`.*?) \| (\w+) \| (.*) \|$", body, re.M):
        for name in re.findall("`([^`]+)`", names):
            assert name not in found
            found[name] = (what, why)
    return found


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_says_what_the_code_does(section: str) -> None:
    lists = SECTIONS[section]
    code = {
        name: (what, why)
        for what in ("read", "harmless", "refused")
        for name, why in getattr(lists, what).items()
    }
    assert of_page(section) == code


def test_the_page_says_what_a_cell_model_defaults_to() -> None:
    def shown(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

    of_code = {name: ("read", shown(value)) for name, value in nest_form.READ.items()}
    assert of_page("Cell models") == of_code


def test_the_page_has_every_list() -> None:
    assert {id(lists) for lists in EVERY.values()} == {id(s) for s in SECTIONS.values()}
    text = PAGE.read_text(encoding="utf-8")
    for name in (
        *known.LABEL_ENDINGS,
        *known.STATIC_SYNAPSES,
        *known.DIRECTION_RULES,
        *known.PLAIN_WEIGHTS,
        *known_configuration.SPIKE_MODULES,
        *known_configuration.NODE_TYPES,
        *known_configuration.EDGE_TYPES,
    ):
        assert f"`{name}`" in text, name


@pytest.mark.parametrize("name", EVERY)
def test_no_name_is_on_two_lists(name: str) -> None:
    read, harmless, refused, _ = EVERY[name]
    assert not read.keys() & harmless.keys() | read.keys() & refused.keys()
    assert not harmless.keys() & refused.keys()


def test_names_are_looked_up() -> None:
    lists = Known({"a": "use"}, {"b": "why"}, {"c": "do this"}, labels=True)
    check_names(["a", "b", "my_class", "mine"], lists, "file", labels={"mine"})
    with pytest.raises(InputError, match="file: c cannot be honoured: do this"):
        check_names(["a", "c"], lists, "file")
    with pytest.raises(InputError, match="file: d is not known"):
        check_names(["d"], lists, "file")
    with pytest.raises(InputError, match="my_class is not known"):
        check_names(["my_class"], lists._replace(labels=False), "file")
