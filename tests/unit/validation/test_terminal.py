"""Names of others in what is printed."""

import pytest
from rich.table import Table

from validation.terminal import PlainConsole

NAME = "[bold]r[/bold] :smile: \x1b]0;title\x07"
SHOWN = r"[bold]r[/bold] :smile: \x1b]0;title\x07"


def test_a_name_is_printed_as_it_is_but_for_control_codes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    PlainConsole().print(f"written to {NAME}", soft_wrap=True)
    assert capsys.readouterr().out == f"written to {SHOWN}\n"


def test_so_it_is_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=f"title {NAME}")
    table.add_column(f"head {NAME}\nsecond line")
    table.add_row(f"cell {NAME}")
    console = PlainConsole()
    console.width = 100
    console.print(table)
    out = capsys.readouterr().out
    assert "\x1b]" not in out
    assert all(f"{place} {SHOWN}" in out for place in ("title", "head", "cell"))
    assert "second line" in out
    assert r"\x0a" not in out


def test_it_goes_to_the_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    PlainConsole(stderr=True).print("there")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "there\n")
