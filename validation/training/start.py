"""The weights of an earlier training, to start another one from."""

from pathlib import Path

from torch import Tensor

from bridge.errors import CertificateError, InputError
from bridge.files.run_folder import CONFIG
from validation.config.train import TrainConfig, merged_train_config
from validation.experiment.trained.trained_run import require_finished
from validation.experiment.trained.trained_weights import read_trained_weights
from validation.training.certified import Certified

_SAME = ("column", "scenario", "input", "readout")
"""Sections that decide which connection a weight belongs to, and who is read out."""


def start_weights(
    config: TrainConfig, certified: Certified
) -> dict[str, Tensor] | None:
    """Return the weights that a training starts from, pA; None for the column's.

    Parameters
    ----------
    config
        The complete configuration.
    certified
        What vouches for it.

    Raises
    ------
    InputError
        If the folder holds no finished training, or one of another network.
    CertificateError
        If nothing vouches for that training, before it or after, and this one does
        not say ``unvalidated``.
    """
    if config.training.start is None:
        return None
    run = Path(config.training.start)
    require_finished(run, called="training.start ")
    earlier = merged_train_config(run / CONFIG, {})
    other = [n for n in _SAME if getattr(earlier, n) != getattr(config, n)]
    if certified.start is not None and earlier.tasks.screen != config.tasks.screen:
        other.append("tasks.screen")  # that the LGN of the certificate looks at
    if other:
        raise InputError(
            f"training.start {run}: was trained with another {' and '.join(other)}"
        )
    kept = read_trained_weights(run)
    was_validated = kept.covered is not None
    if not (was_validated or certified.start is not None or config.model.unvalidated):
        raise CertificateError(
            f"training.start {run}: was trained without a certificate; add "
            "--unvalidated to go on from it"
        )
    return kept.weights_pa
