"""Lists by name keep their order and hold no name twice."""

from types import SimpleNamespace

import pytest

from bridge.by_name import by_name


def test_members_are_found_in_their_order():
    b, a = SimpleNamespace(name="b"), SimpleNamespace(name="a")
    assert list(by_name(b, a).items()) == [("b", b), ("a", a)]


def test_a_name_twice_is_refused():
    b, a = SimpleNamespace(name="b"), SimpleNamespace(name="a")
    with pytest.raises(ValueError, match=r"called a$"):
        by_name(a, b, SimpleNamespace(name="a"))
