"""The rate network with its readouts, as a function of what is free to learn."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from ratemodel.gradients.captured_sequence import CapturedSequence
from ratemodel.gradients.sequence import RateSequence
from ratemodel.network.network import RateNetwork
from ratemodel.readout.readout import Readouts
from ratemodel.scenarios.weight_rule import WeightRule
from ratemodel.trials.trial_source import Batch, TrialTiming

_ROUNDING = 1e-3
"""Weights in single precision and back differ by less, relative to the largest."""


class TrainableNetwork(nn.Module):
    """Recurrent weights, input weights and readouts of one network.

    Parameters
    ----------
    network
        The network before training; its ``lgn_edges`` start at the input channels.
    rules
        What is free of the ``"recurrent"`` and of the ``"input"`` weights.
    readouts
        The readouts of all tasks.
    timing
        Time base of the trials.
    steps_per_sample
        Steps that a sample of the input lasts.
    segment_steps
        As of :class:`~ratemodel.gradients.sequence.RateSequence`.

    Attributes
    ----------
    device
        Where it is.
    free
        Free numbers of both sets of connections.
    rules
        As given.
    population_names
        The populations that have cells.
    """

    def __init__(
        self,
        network: RateNetwork,
        rules: Mapping[str, WeightRule],
        readouts: Readouts,
        timing: TrialTiming,
        steps_per_sample: int,
        segment_steps: int | None = None,
    ) -> None:
        super().__init__()
        self._sequence = RateSequence(
            network, segment_steps=segment_steps, steps_per_bin=timing.steps_per_bin
        )
        self._steps_per_sample = steps_per_sample
        self._captured: dict[torch.Size, CapturedSequence] = {}
        self.device = network.device
        parameters = network.parameters
        edges = {"recurrent": parameters.recurrent, "input": parameters.lgn_edges}
        self.rules = dict(rules)
        self.free = nn.ParameterDict(
            {
                name: nn.Parameter(
                    self.rules[name].to_free(
                        torch.tensor(
                            own.weight_pa, dtype=network.dtype, device=network.device
                        )
                    )
                )
                for name, own in edges.items()
            }
        )
        self.readouts = readouts
        population = torch.from_numpy(parameters.population.astype(np.int64))
        share = torch.zeros(len(POPULATIONS), parameters.n_cells)
        share[population, torch.arange(parameters.n_cells)] = 1.0
        there_are = share.sum(dim=1) > 0
        self.population_names = tuple(
            name for name, own in zip(POPULATIONS, there_are, strict=True) if own
        )
        share = share[there_are]
        self._share: Tensor
        self.register_buffer(
            "_share", share / share.sum(dim=1, keepdim=True), persistent=False
        )
        self.to(network.device)

    def weights_pa(self) -> dict[str, Tensor]:
        """Return the weights, pA, of ``"recurrent"`` and ``"input"``."""
        return {name: self.rules[name].from_free(f) for name, f in self.free.items()}

    @torch.no_grad()
    def take_weights(self, weights_pa: Mapping[str, Tensor]) -> None:
        """Set the weights.

        Parameters
        ----------
        weights_pa
            Weights, pA, as :meth:`weights_pa` returns them.

        Raises
        ------
        InputError
            If there are more or fewer than connections, or this network cannot have
            them: under Dale's law, with another sign.
        """
        for name, free in self.free.items():
            given, rule = weights_pa[name].to(free), self.rules[name]
            if given.shape != free.shape:
                raise InputError(
                    f"there are {given.numel()} trained {name} weights, but "
                    f"{free.numel()} connections"
                )
            taken = rule.to_free(given)
            least = float(given.abs().max()) * _ROUNDING if given.numel() else 0.0
            if not torch.allclose(rule.from_free(taken), given, _ROUNDING, least):
                raise InputError(
                    f"the trained {name} weights are not of this network: it cannot "
                    "have them (a sign differs, or a connection of weight 0)"
                )
            free.copy_(taken)

    def forward(self, batch: Batch) -> Tensor:
        """Return the mean rates, Hz, in every bin, ``(n_bins, n_cells, batch)``."""
        weights = self.weights_pa()
        arguments = weights["recurrent"], weights["input"], batch.input_hz
        if self.device.type == "cuda" and torch.is_grad_enabled():
            return self._capture(*arguments)(*arguments).rates
        return self._sequence(*arguments, steps_per_sample=self._steps_per_sample).rates

    def _capture(self, *arguments: Tensor) -> CapturedSequence:
        """Return the sequence of a batch's shape, captured when first asked for."""
        shape = arguments[-1].shape
        if shape not in self._captured:
            self._captured[shape] = CapturedSequence(
                self._sequence, *arguments, steps_per_sample=self._steps_per_sample
            )
        return self._captured[shape]

    def answer_rates(self, rates: Tensor, batch: Batch) -> Tensor:
        """Return the mean rates in the answer window, Hz, ``(batch, n_cells)``."""
        return torch.einsum("tnb,t->bn", rates, batch.answer)

    def answers(self, rates: Tensor, batch: Batch) -> Tensor:
        """Return the logits of the batch's task, ``(batch, n_classes)``."""
        logits: Tensor = self.readouts(self.answer_rates(rates, batch), batch.task)
        return logits

    def population_hz(self, rates: Tensor) -> Tensor:
        """Return mean rates of the populations there are, Hz, summed over trials."""
        return self._share @ rates.mean(dim=0).sum(dim=1)
