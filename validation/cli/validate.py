"""``v1bridge validate``: its options and help."""

from typing import Annotated, Any

import typer

from ratemodel.variants.registry import VARIANTS
from validation.cli.options import (
    BackgroundHz,
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
    split_numbers,
)


def validate(
    out: Out,
    config: ConfigFile = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    background_hz: BackgroundHz = None,
    no_surround: NoSurround = False,
    surround: Annotated[
        str | None,
        typer.Option(
            help="Rates of the surround that stands for what the cut took away: frozen "
            "at its reference rates, or responding: those of the populations it stands "
            "for, from a first pass in which it is frozen.  [default: frozen]",
            metavar="frozen|responding",
            show_default=False,
        ),
    ] = None,
    weights: Weights = None,
    variants: Annotated[
        str | None,
        typer.Option(
            help="Rate variants to judge, separated by commas.  [default: "
            f"{','.join(VARIANTS)}]",
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
    rate_dt_ms: Annotated[
        str | None,
        typer.Option(
            help="Time steps of the rate models, ms, separated by commas: each gets "
            "its own verdict and certificate.  [default: 1,5; with --quick 2; "
            "with --weights that of the training]",
            metavar="MS",
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
    per model and step, parameters.npz (the rate model's, for training), rates.nc,
    config.toml and provenance.json: all of them, or nothing. The exit code is 0
    when the run completed, whatever the verdict.

    **Examples**

        v1bridge validate --quick --out runs/first

        v1bridge validate --size 3k --out runs/3k

        v1bridge validate --size 6k --variants low_pass --extended --out runs/6k

        v1bridge validate --size 3k --rate-dt-ms 0.5,2,5 --out runs/3k-steps

        v1bridge validate runs/3k/config.toml --out runs/3k-again

        v1bridge validate --column my_sonata_column --out runs/mine

        v1bridge validate --surround responding --out runs/3k-responding

        v1bridge validate --weights runs/mnist --out runs/mnist-validated
    """
    from validation.commands.validate import validate_into

    given: dict[str, dict[str, Any]] = {
        "column": column_options(
            size, seed, column, no_surround, weights, background_hz=background_hz
        ),
        "spiking": given_options(device=device),
        "rate": given_options(
            variants=None if variants is None else split_names(variants),
            forms=None if extended is None else _forms(extended),
            dt_ms=None if rate_dt_ms is None else split_numbers(rate_dt_ms),
        ),
        "reduction": given_options(method=transfer),
        "protocol": given_options(quick=quick or None, surround=surround),
    }
    validate_into(out, config, given, overwrite=overwrite, resume=resume)


def _forms(extended: bool) -> list[str]:
    return ["extended", "membrane"] if extended else ["plain"]
