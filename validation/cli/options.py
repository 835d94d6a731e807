"""Options that several commands share, and what becomes of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.errors import InputError
from spiking.devices.registry import AUTO, DEVICES, PREFERRED

ConfigFile = Annotated[
    Path | None,
    typer.Argument(
        help="Configuration; options given beside it take precedence. Every run "
        "folder holds a complete one as config.toml.",
        metavar="CONFIG.toml",
        show_default=False,
    ),
]
Size = Annotated[
    str | None,
    typer.Option(
        help="Cells of the column: '3k', '6k', or any number.  [default: 3k]",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(help="Seed of the wiring.  [default: 1]", show_default=False),
]
ColumnPath = Annotated[
    Path | None,
    typer.Option(
        help="SONATA folder or configuration to read the column from, "
        "in place of --size and --seed.",
        metavar="DIR",
        show_default=False,
    ),
]
BackgroundHz = Annotated[
    float | None,
    typer.Option(
        help="With --column: rate of a background of which the files say none, Hz.  "
        "[default: 1000]",
        metavar="HZ",
        show_default=False,
    ),
]
NoSurround = Annotated[
    bool,
    typer.Option(
        "--no-surround",
        help="The bare cut: do not replace the input that the cut took away.",
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        help="Run folder of 'v1bridge train': give the column its trained weights. "
        "The column is the run's unless another is named.",
        metavar="RUN",
        show_default=False,
    ),
]
CriteriaInForce = Annotated[
    Path | None,
    typer.Option(
        "--criteria",
        help="File of the criteria in force, as 'v1bridge criteria' prints them: "
        "certificates of other criteria are refused.  [default: the built-in ones]",
        metavar="FILE",
        show_default=False,
    ),
]
_DEVICES = ", ".join(
    [f"{device.name} ({device.description})" for device in DEVICES.values()]
    + [f"or {AUTO} ({' where it can be used, else '.join(d.name for d in PREFERRED)})"]
)
Device = Annotated[
    str | None,
    typer.Option(
        help=f"Device of the spiking model: {_DEVICES}.  [default: cpp]",
        metavar="|".join((*DEVICES, AUTO)),
        show_default=False,
    ),
]
Out = Annotated[
    Path,
    typer.Option(help="Folder for the result; must be new or empty.", metavar="DIR"),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Replace a former result in the folder, once the new one is complete. "
        "Files that v1bridge did not write stay untouched.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Continue an interrupted run of the same configuration.",
    ),
]


def column_options(
    size: str | None,
    seed: int | None,
    path: Path | None,
    no_surround: bool,
    weights: Path | None = None,
    background_hz: float | None = None,
) -> dict[str, Any]:
    """Return section ``column`` of a configuration, as far as it is given.

    Parameters
    ----------
    size, seed, path, no_surround, weights, background_hz
        Values of the options.

    Raises
    ------
    InputError
        If they exclude each other.
    """
    if path is not None and (size is not None or seed is not None):
        raise InputError("--size and --seed have no effect with --column; leave them")
    return given_options(
        size=size,
        seed=seed,
        path=None if path is None else str(path),
        background_hz=background_hz,
        surround=False if no_surround else None,
        weights=None if weights is None else str(weights),
    )


def given_options(**options: Any) -> dict[str, Any]:
    """Return the options that have a value.

    Parameters
    ----------
    **options
        Values by key of the configuration; None where not given.
    """
    return {name: value for name, value in options.items() if value is not None}


def split_names(text: str) -> list[str]:
    """Return names that commas separate, as the configuration writes them.

    Parameters
    ----------
    text
        Value of the option.
    """
    return [name.strip().replace("-", "_") for name in text.split(",") if name.strip()]


def split_numbers(text: str) -> list[float]:
    """Return numbers that commas separate.

    Parameters
    ----------
    text
        Value of the option.

    Raises
    ------
    InputError
        If one is none.
    """
    try:
        return [float(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise InputError(f"{text}: must be numbers, separated by commas") from None


TrainingDevice = Annotated[
    str | None,
    typer.Option(
        help="Where the rate model runs; auto takes a GPU where there is one.  "
        "[default: cpu]",
        metavar="cpu|cuda|auto",
        show_default=False,
    ),
]
