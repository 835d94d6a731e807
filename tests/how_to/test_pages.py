"""The reader of the pages tells what is no page."""

import pytest
from pages import changed

FILE = "one\ntwo\nthree\nfour\n"


def test_a_change_takes_each_of_its_places():
    diff = " one\n-two\n+2\n@@\n three\n+3.5\n"
    assert changed(FILE, diff) == "one\n2\nthree\n3.5\nfour\n"


@pytest.mark.parametrize("diff", ["-five\n+5\n", " two\n four\n"])
def test_a_change_of_what_is_not_there_fails(diff):
    with pytest.raises(AssertionError, match="occurs 0 times"):
        changed(FILE, diff)
