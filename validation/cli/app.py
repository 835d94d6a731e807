"""The command line: ``v1bridge``."""

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from bridge import __version__
from bridge.errors import StoppedError, V1BridgeError
from validation.cli.options import (
    ColumnPath,
    ConfigFile,
    Device,
    NoSurround,
    Out,
    Overwrite,
    Resume,
    Seed,
    Size,
    Weights,
    column_options,
    given_options,
    split_names,
)
from validation.cli.train import evaluate, sweep, train

# Heavy imports (torch, Brian2, matplotlib) happen inside the commands, so that
# --help and a mistyped option answer at once.

app = typer.Typer(
    name="v1bridge",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        Console(highlight=False).print(f"v1bridge {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Judge discrete rate models against the spiking Allen V1 column.

    Start here, a few minutes on a laptop:

        v1bridge validate --quick --out runs/first

    Then open runs/first/report.html.
    """


@app.command()
def validate(
    out: Out,
    config: ConfigFile = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    no_surround: NoSurround = False,
    weights: Weights = None,
    variants: Annotated[
        str | None,
        typer.Option(
            help="Rate variants to judge, separated by commas.  [default: "
            "instantaneous,low_pass,equilibrium]",
            metavar="NAMES",
            show_default=False,
        ),
    ] = None,
    extended: Annotated[
        bool | None,
        typer.Option(
            "--extended/--plain",
            help="Judge only the extended forms (alpha cascade, adaptation, delays, "
            "variance; the same with a membrane) or only the plain form.  "
            "[default: all three]",
            show_default=False,
        ),
    ] = None,
    transfer: Annotated[
        str | None,
        typer.Option(
            help="Transfer functions of the rate model: measured on the spiking cells, "
            "siegert or noise_free (theory), or, with --weights, trained: as they were "
            "in training, so that the trained network itself is judged.  [default: "
            "measured; with --weights trained]",
            metavar="measured|siegert|noise_free|trained",
            show_default=False,
        ),
    ] = None,
    device: Device = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Short stimuli and few trials: a first look in minutes, with more "
            "populations inconclusive.",
        ),
    ] = False,
    overwrite: Overwrite = False,
    resume: Resume = False,
) -> None:
    """Judge the rate variants against the spiking column, and write a report.

    The run folder gets report.html (start there), report.json, one certificate
    per variant, parameters.npz (the rate model's, for training), rates.nc,
    config.toml and provenance.json: all of them, or nothing. The exit code is 0
    when the run completed, whatever the verdict.

    **Examples**

        v1bridge validate --quick --out runs/first

        v1bridge validate --size 3k --out runs/3k

        v1bridge validate --size 6k --variants low_pass --extended --out runs/6k

        v1bridge validate runs/3k/config.toml --out runs/3k-again

        v1bridge validate --column my_sonata_column --out runs/mine

        v1bridge validate --weights runs/mnist --out runs/mnist-validated
    """
    from validation.commands.validate import validate_into

    given: dict[str, dict[str, Any]] = {
        "column": column_options(size, seed, column, no_surround, weights),
        "spiking": given_options(device=device),
        "rate": given_options(
            variants=None if variants is None else split_names(variants),
            forms=None if extended is None else _forms(extended),
        ),
        "reduction": given_options(method=transfer),
        "protocol": given_options(quick=quick or None),
    }
    validate_into(out, config, given, overwrite=overwrite, resume=resume)


def _forms(extended: bool) -> list[str]:
    return ["extended", "membrane"] if extended else ["plain"]


@app.command("column")
def column_command(
    out: Out,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    no_surround: NoSurround = False,
    overwrite: Overwrite = False,
) -> None:
    """Build a column, write it as SONATA files, and show its connectivity.

    The folder gets nodes, edges, types, cell models, a circuit and a simulation
    configuration, and the connectivity by class and by population as
    connectivity.png, connectivity.svg and CSV tables.

    **Examples**

        v1bridge column --size 3k --seed 1 --out columns/3k

        v1bridge column --size 1000 --no-surround --out columns/bare

        v1bridge column --column my_sonata_column --out columns/copy
    """
    from validation.commands.column import write_column

    given = {"column": column_options(size, seed, column, no_surround)}
    write_column(out, given, overwrite=overwrite)


@app.command()
def simulate(
    out: Out,
    stimulus: Annotated[
        str,
        typer.Option(
            help="blank, flash, steps, grating or broadband.",
            metavar="NAME",
        ),
    ] = "grating",
    direction_deg: Annotated[
        float, typer.Option(help="Direction of the grating, degrees.")
    ] = 0.0,
    modulation: Annotated[
        float, typer.Option(help="Depth of the broadband modulation, 0 to 1.")
    ] = 1.0,
    lgn_spikes: Annotated[
        Path | None,
        typer.Option(
            help="SONATA spike file of LGN cells to replay, in place of --stimulus.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    no_surround: NoSurround = False,
    duration_ms: Annotated[
        float, typer.Option(help="Duration of a trial, ms, the start included.")
    ] = 2500.0,
    trials: Annotated[int, typer.Option(help="Number of trials.")] = 10,
    noise_seed: Annotated[int, typer.Option(help="Seed of the Poisson input.")] = 1,
    dt_ms: Annotated[float, typer.Option(help="Time step, ms.")] = 0.1,
    device: Device = None,
    spikes: Annotated[
        bool, typer.Option("--spikes", help="Also write a SONATA spike file per trial.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Simulate the spiking column with one stimulus; write its rates.

    The folder gets rates.nc (population rates over time and mean rates of every
    cell) and, with --spikes, one SONATA spike file per trial.

    **Examples**

        v1bridge simulate --stimulus flash --trials 20 --out runs/flash

        v1bridge simulate --column columns/3k --spikes --out runs/grating

        v1bridge simulate --lgn-spikes spikes.gratings.h5 --out runs/replay
    """
    from validation.commands.simulate import Request, simulate_into

    simulate_into(
        out,
        {
            "column": column_options(size, seed, column, no_surround),
            "spiking": given_options(device=device, dt_ms=dt_ms),
        },
        Request(
            stimulus=stimulus,
            direction_deg=direction_deg,
            modulation=modulation,
            lgn_spikes=lgn_spikes,
            duration_ms=duration_ms,
            n_trials=trials,
            seed=noise_seed,
            record_spikes=spikes,
        ),
        overwrite=overwrite,
    )


@app.command()
def report(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Run folders of 'v1bridge validate'.", metavar="RUN..."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for comparison.html and comparison.json.  [default: show "
            "the table only]",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Put the verdicts of several runs side by side.

    **Examples**

        v1bridge report runs/3k runs/6k

        v1bridge report runs/3k runs/6k --out runs/3k-against-6k
    """
    from validation.commands.report import compare_runs

    compare_runs(runs, out, overwrite=overwrite)


@app.command()
def check(
    certificate: Annotated[
        Path,
        typer.Argument(
            help="Certificate of a run, such as RUN/certificates/low_pass.json.",
            metavar="CERTIFICATE",
        ),
    ],
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    no_surround: NoSurround = False,
    weights: Weights = None,
    tier: Annotated[
        str,
        typer.Option(
            help="Lowest tier that is good enough.", metavar="lenient|default|strict"
        ),
    ] = "default",
) -> None:
    """Check that a certificate vouches for a column; exit with 2 if it does not.

    **Examples**

        v1bridge check runs/3k/certificates/low_pass_extended.json --size 3k

        v1bridge check runs/mine/certificates/low_pass.json --column my_column
    """
    from validation.commands.check import check_certificate

    given = {"column": column_options(size, seed, column, no_surround, weights)}
    check_certificate(certificate, given, tier)


app.command()(train)
app.command()(evaluate)
app.command()(sweep)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 completed; 1 an error that is ours (its traceback is in a log
    file that the message names); 2 bad input; 130 interrupted by the user.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if arguments is None:
        signal.signal(signal.SIGTERM, _on_terminate)
    try:
        code = app(words, prog_name="v1bridge", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except StoppedError as stop:
        sys.exit(_fail(128 + stop.signal_number, str(stop)))
    except V1BridgeError as error:
        sys.exit(_fail(2, str(error)))
    except Exception as error:
        exhausted = _exhausted(error)
        if exhausted:
            sys.exit(_fail(1, exhausted))
        # typer's usage errors, whichever copy of click they come from
        if hasattr(error, "format_message"):
            hint = "; see 'v1bridge --help'"
            sys.exit(_fail(2, f"{error.format_message().rstrip('.')}{hint}"))
        sys.exit(_fail(1, _log(error)))
    if code == 130:
        _fail(130, "interrupted; nothing was left half-written")
    sys.exit(code if isinstance(code, int) else 0)


def _exhausted(error: Exception) -> str:
    """Return what the machine has too little of; empty where that is not it."""
    if isinstance(error, MemoryError):
        return "out of memory; choose a smaller --size or fewer trials"
    if type(error).__name__ == "OutOfMemoryError":  # torch's, not imported here
        hint = "lower training.batch or set training.segment_steps"
        return f"out of memory on the GPU; {hint}"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{error.strerror}; nothing was left half-written"
    return ""


def _on_terminate(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(128 + signal_number)  # unwinds, so that nothing stays half-written


def _fail(code: int, message: str) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"v1bridge: {line}\n")
    return code


def _log(error: Exception) -> str:
    handle, name = tempfile.mkstemp(prefix="v1bridge-", suffix=".log")
    with os.fdopen(handle, "w") as log:
        traceback.print_exception(error, file=log)
    return (
        f"unexpected {type(error).__name__}: {error}; this is a fault of v1bridge, "
        f"its traceback is in {name}"
    )


if __name__ == "__main__":
    main()
