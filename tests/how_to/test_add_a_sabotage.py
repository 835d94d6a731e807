"""docs/how-to/add-a-sabotage.md, followed."""

import pytest
from pages import follow


@pytest.mark.slow
def test_the_page_adds_a_sabotage_that_does_what_it_says(tmp_path):
    (said,) = follow("add-a-sabotage", tmp_path).said.values()
    assert "3 passed" in said
