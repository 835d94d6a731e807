"""Keys that a list of names restricts."""

from typing import Annotated, Literal

import pytest

from bridge.config_section import OneOf, Section
from bridge.errors import InputError


class Listed(Section):
    side: Annotated[str, OneOf(("left", "right"))] = "left"


class Spelled(Section):
    side: Literal["left", "right"] = "left"


def test_a_name_of_the_list_is_taken():
    assert Listed.parse({"side": "right"}, "run.toml").side == "right"


@pytest.mark.parametrize("value", ["up", 3, None, ["left"]])
def test_any_other_value_is_refused_as_if_the_names_were_spelled_out(value):
    messages = []
    for section in (Listed, Spelled):
        with pytest.raises(InputError) as caught:
            section.parse({"side": value}, "run.toml")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert "'left' or 'right'" in messages[0]
