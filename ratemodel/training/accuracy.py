"""How often the answers are right, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import binomtest

from ratemodel.training.trainable_network import TrainableNetwork
from ratemodel.trials.trial_source import TrialSource

_BATCH = 128
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Accuracy:
    """Right answers among trials.

    Attributes
    ----------
    right, n_trials
        Counts.
    """

    right: int
    n_trials: int

    @property
    def value(self) -> float:
        """Share of right answers."""
        return self.right / self.n_trials

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval after Wilson 1927 (J Am Stat Assoc 22:209-212)."""
        found = binomtest(self.right, self.n_trials).proportion_ci(
            _CONFIDENCE, method="wilson"
        )
        return float(found.low), float(found.high)

    def to_json(self) -> dict[str, Any]:
        """Return counts, accuracy and interval."""
        return {
            "accuracy": self.value,
            "interval_95": list(self.interval),
            "right": self.right,
            "n_trials": self.n_trials,
        }


def measure_accuracy(
    network: TrainableNetwork,
    source: TrialSource,
    split: str,
    n_trials: int,
    advance: Callable[[float], None] = lambda _: None,
) -> dict[str, Accuracy]:
    """Return the accuracy on each task.

    Parameters
    ----------
    network
        The network.
    source
        Its trials.
    split
        ``"train"``, ``"validation"`` or ``"test"``.
    n_trials
        Trials of each task; never more than show every image of the split once.
    advance
        Called with the number of trials done.
    """
    found = {}
    for name, task in source.tasks.tasks.items():
        there_are = task.n_trials(split)
        n = n_trials if there_are is None else min(n_trials, there_are)
        right = 0
        for first in range(0, n, _BATCH):
            numbers = np.arange(first, min(first + _BATCH, n))
            batch = source.draw(split, name, numbers).to(network.device)
            with torch.no_grad():
                logits = network.answers(network(batch), batch)
            right += int((logits.argmax(dim=1) == batch.label).sum())
            advance(float(numbers.size))
        found[name] = Accuracy(right, n)
    return found
