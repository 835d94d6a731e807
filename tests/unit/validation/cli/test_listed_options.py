"""Options that a list gives a command."""

from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from validation.cli.listed_options import listed_options

LISTED = {
    name: Annotated[float | None, typer.Option(help=f"Help of {name}.")]
    for name in ("top_hz", "depth")
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--size 3", {}),
        ("--size 3 --depth 0", {"depth": 0.0}),
        ("--top-hz 2.5 --depth 1 --size 3", {"top_hz": 2.5, "depth": 1.0}),
    ],
)
def test_the_command_gets_those_that_were_given(words: str, expected: Any) -> None:
    got = []
    app = typer.Typer()

    @app.command()
    @listed_options("varied", LISTED)
    def command(size: int = 1, varied: dict[str, float] | None = None) -> None:
        got.append((size, varied))

    assert CliRunner().invoke(app, words.split()).exit_code == 0
    assert got == [(3, expected)]
    shown = CliRunner().invoke(app, ["--help"]).output
    assert shown.index("--size") < shown.index("--top-hz") < shown.index("--depth")
    assert "Help of top_hz." in shown
    assert "varied" not in shown
