"""``v1bridge train``: its options and help."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.rate_model import FORMS
from ratemodel.scenarios.default import DEFAULT
from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.tasks.registry import TASKS
from ratemodel.variants.registry import VARIANTS
from validation.cli.listed_options import listed_options
from validation.cli.options import (
    BackgroundHz,
    ColumnPath,
    ConfigFile,
    CriteriaInForce,
    NoSurround,
    Out,
    Overwrite,
    Resume,
    Seed,
    Size,
    TrainingDevice,
    column_options,
    given_options,
    split_names,
)

_ALL = "all"
_DEFAULT_IMAGES = {
    name: kind.config.model_fields["images"].default
    for name, kind in TASKS.items()
    if kind.has_images
}
_IMAGES_OF = {
    f"{name}_images": Annotated[
        str | None,
        typer.Option(
            help=f"Images of the {name} task where they are others.",
            metavar="SOURCE",
            show_default=False,
        ),
    ]
    for name in _DEFAULT_IMAGES
}


@listed_options("task_images", _IMAGES_OF)
def train(
    out: Out,
    config: ConfigFile = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="Certificate that vouches for the rate model, such as "
            "RUN/certificates/low_pass_extended.json: it says which variant, tau_r "
            "and step are trained. Of a form that was validated at several steps, or "
            "of a RUN with --variant and --form, the coarsest step that reaches the "
            "tier.",
            metavar="FILE|RUN",
            show_default=False,
        ),
    ] = None,
    validation: Annotated[
        Path | None,
        typer.Option(
            help="Run folder of 'v1bridge validate' with the rate model's "
            "parameters.  [default: the one the certificate lies in]",
            metavar="RUN",
            show_default=False,
        ),
    ] = None,
    tier: Annotated[
        str | None,
        typer.Option(
            help="Lowest verdict that is good enough.  [default: default]",
            metavar="lenient|default|strict",
            show_default=False,
        ),
    ] = None,
    unvalidated: Annotated[
        bool,
        typer.Option(
            "--unvalidated",
            help="Train whatever the certificate says, or without one; all results "
            "say so.",
        ),
    ] = False,
    criteria: CriteriaInForce = None,
    variant: Annotated[
        str | None,
        typer.Option(
            help="Variant of the rate model.  [default: the certificate's]",
            metavar="|".join(VARIANTS),
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            help="Form of the variant.  [default: the certificate's]",
            metavar="|".join(FORMS),
            show_default=False,
        ),
    ] = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    background_hz: BackgroundHz = None,
    no_surround: NoSurround = False,
    task: Annotated[
        str | None,
        typer.Option(
            help="Tasks, separated by commas, or all.  [default: all]",
            metavar="|".join((*TASKS, _ALL)),
            show_default=False,
        ),
    ] = None,
    images: Annotated[
        str | None,
        typer.Option(
            help=f"Images of {' and '.join(_DEFAULT_IMAGES)}: digits, photographs, "
            "mnist, cifar10, a file or a folder.  [default: "
            f"{', '.join(f'{i} for {n}' for n, i in _DEFAULT_IMAGES.items())}]",
            metavar="SOURCE",
            show_default=False,
        ),
    ] = None,
    task_images: dict[str, str] | None = None,
    lgn: Annotated[
        bool | None,
        typer.Option(
            "--lgn/--no-lgn",
            help="See the screen through LGN filters, or pixels straight into the "
            "input channels.  [default: no LGN]",
            show_default=False,
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="What of the data's network is kept. "
            + "; ".join(f"{s.name}: {s.description}" for s in SCENARIOS.values())
            + f".  [default: {DEFAULT.name}]",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    dt_ms: Annotated[
        float | None,
        typer.Option(
            help="Time step, ms; another than the certificate's is refused.  "
            "[default: the certificate's; 2 without one]",
            show_default=False,
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help="End after so many batches.  [default: 1000]", show_default=False
        ),
    ] = None,
    epochs: Annotated[
        float | None,
        typer.Option(
            help="End after every image was shown so often.", show_default=False
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(help="End after so many minutes.", show_default=False),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Run folder of a training to start from, as from 5 ms to 2 ms. A "
            "certificate of 'validate --weights RUN' then counts as well.  "
            "[default: the weights of the column]",
            metavar="RUN",
            show_default=False,
        ),
    ] = None,
    device: TrainingDevice = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help="mixed takes products on a GPU's tensor cores (TensorFloat-32).  "
            "[default: float32]",
            metavar="float32|mixed",
            show_default=False,
        ),
    ] = None,
    training_seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of trials, pools and scenario.  [default: 1]",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
    resume: Resume = False,
) -> None:
    """Train a rate model that has earned its certificate.

    The run folder gets results.json (accuracy on the test split), log.jsonl,
    weights.safetensors, parameters.npz, the certificate, config.toml and
    provenance.json: all of them, or nothing. Ctrl-C keeps a checkpoint for
    --resume. Started by torchrun, the processes share each batch.

    **Examples**

        v1bridge train --certificate runs/3k/certificates/low_pass_extended.json
        --tier lenient --task classification --images mnist --out runs/mnist

        v1bridge train --unvalidated --size 1000 --steps 200 --out runs/try

        v1bridge train runs/mnist/config.toml --lgn --out runs/mnist-lgn
    """
    from validation.commands.train import train_into

    seeds = given_options(seed=training_seed)
    tasks = given_options(tasks=None if task is None else _task_names(task)) | seeds
    for name in _DEFAULT_IMAGES:
        source = (task_images or {}).get(f"{name}_images", images)
        if source is not None:
            tasks[name] = {"images": source}
    given: dict[str, dict[str, Any]] = {
        "column": column_options(
            size, seed, column, no_surround, background_hz=background_hz
        ),
        "model": given_options(
            certificate=None if certificate is None else str(certificate),
            validation=None if validation is None else str(validation),
            tier=tier,
            criteria=None if criteria is None else str(criteria),
            unvalidated=unvalidated or None,
            variant=variant and variant.replace("-", "_"),
            form=form,
            dt_ms=dt_ms,
        ),
        "tasks": tasks,
        "input": given_options(use_lgn=lgn),
        "readout": seeds,
        "scenario": given_options(name=scenario and scenario.replace("-", "_")) | seeds,
        "training": given_options(
            steps=steps,
            epochs=epochs,
            minutes=minutes,
            start=None if start is None else str(start),
            device=device,
            precision=precision,
        ),
    }
    train_into(out, config, given, overwrite=overwrite, resume=resume)


def _task_names(text: str) -> list[str]:
    return list(TASKS) if text.strip() == _ALL else split_names(text)
