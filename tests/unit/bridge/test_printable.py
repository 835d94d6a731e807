"""What of a text reaches a terminal."""

import pytest

from bridge.printable import printable


@pytest.mark.parametrize("text", ["plain", "größer als µ, 視覚", "[x] and a\\b", ""])
def test_what_is_visible_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\x00b\x7f\x9bc", r"a\x00b\x7f\x9bc"),
        ("\u202egnp.exe\u2066", r"\u202egnp.exe\u2066"),
        ("half \ud800 and \udcff", r"half \ud800 and \udcff"),
        ("over\rwritten", r"over\x0dwritten"),
        ("two\u2028lines\x85", r"two\u2028lines\x85"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("one\ntwo\tthree\r\nfour", "one two three four"),
    ],
)
def test_what_would_steer_the_terminal_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text).isprintable()
