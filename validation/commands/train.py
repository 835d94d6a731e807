"""``v1bridge train``: the gate first, then training, then the whole folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from validation.commands.progress_bar import ProgressBar
from validation.config.train import merged_train_config
from validation.terminal import PlainConsole
from validation.training.accuracy_table import accuracy_table, validated_sentence
from validation.training.train import train_in_folder


def train_into(
    out: Path,
    config_path: Path | None,
    options: Mapping[str, Mapping[str, Any]],
    *,
    overwrite: bool,
    resume: bool,
) -> None:
    """Train a network and write its folder.

    Parameters
    ----------
    out
        Run folder.
    config_path
        TOML file, or ``None`` for the defaults.
    options
        Keys from the command line, by section; they win over the file.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Raises
    ------
    V1BridgeError
        If any input cannot be used, before anything is computed; or training was
        stopped.
    """
    config = merged_train_config(config_path, options)
    console = PlainConsole()
    results = train_in_folder(
        out,
        config_path,
        config,
        ProgressBar(),
        lambda line: console.print(line, soft_wrap=True),
        overwrite=overwrite,
        resume=resume,
    )
    if results is None:
        return
    console.print(accuracy_table(results["test"]))
    console.print(validated_sentence(results), soft_wrap=True)
    console.print(f"Written to {out}", soft_wrap=True)
