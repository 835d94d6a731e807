"""What a surround that responds adds to the stationary one, step by step."""

from collections.abc import Sequence

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from bridge.arrays import FloatArray
from bridge.column.responding_surround import events_per_spike, reference_rates_hz
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.connections.channels import WEIGHT_POWER, Channels
from ratemodel.connections.coupling import to_torch


class SurroundInput:
    """The difference that rates other than the reference rates make.

    The constant input holds the surround at its reference rates, so what is added is
    proportional to the difference from them: charge (mean) or Campbell's sum
    (variance, Papoulis 1991, section 10-2) times events per spike.

    Parameters
    ----------
    parameters, channels
        The reduced column and the layout of its input.
    stimuli
        Stimuli of equal duration that all state surround rates.
    has_delays
        Whether streams arrive with their delays.
    hold_steps
        Steps that the variant holds back external input already.
    dt_ms
        Step, ms.
    dtype, device
        Of the tensors.

    Raises
    ------
    InputError
        If a stimulus states no rates, or the column has no surround to follow them.
    """

    def __init__(
        self,
        parameters: RateParameters,
        channels: Channels,
        stimuli: Sequence[Stimulus],
        *,
        has_delays: bool,
        hold_steps: float,
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        streams = parameters.surround
        per_spike = events_per_spike(streams)
        delay = streams.delay_ms - hold_steps * dt_ms if has_delays else 0.0
        sources = np.stack(
            [streams.source_population, np.broadcast_to(delay, per_spike.shape)], axis=1
        )
        groups, group = np.unique(sources, axis=0, return_inverse=True)
        change = np.stack([_shifted(s, groups, dt_ms) for s in stimuli], axis=2)
        change -= reference_rates_hz()[groups[:, 0].astype(np.intp), None]
        self._change_hz = torch.as_tensor(change).to(device, dtype)
        values, rows = [], []
        for quantity in range(channels.n_quantities):
            gain = (parameters.current_per_hz, parameters.variance_per_hz)[quantity]
            values.append(
                per_spike
                * streams.weight_pa ** WEIGHT_POWER[quantity]
                * gain[streams.target, streams.receptor]
            )
            rows.append(channels.row(streams.target, streams.receptor, quantity))
        columns = np.tile(group.ravel(), channels.n_quantities)
        matrix = sparse.coo_array(
            (np.concatenate(values), (np.concatenate(rows), columns)),
            shape=(channels.n_rows, groups.shape[0]),
        )
        self._matrix = to_torch(matrix.tocsr(), dtype, device)

    def at(self, step: int) -> Tensor:
        """Return what is added to the input in a step, ``(n_rows, n_stimuli)``."""
        return self._matrix @ self._change_hz[step]


def _shifted(stimulus: Stimulus, groups: FloatArray, dt_ms: float) -> FloatArray:
    """Return mean rates over the steps that ended a delay ago.

    Parameters
    ----------
    stimulus
        The stimulus.
    groups
        Population and delay (ms) of each group, ``(n_groups, 2)``.
    dt_ms
        Step, ms.

    Returns
    -------
    ndarray
        Hz, ``(n_steps, n_groups)``: 0 before the start, as in the spiking model,
        whose trials begin at rest.
    """
    rates = stimulus.surround_hz
    if rates is None:
        raise InputError(
            f"stimulus {stimulus.name}: states no surround rates, others of the batch "
            "do; run them apart"
        )
    # a variant that holds input back may look past the end: the last sample goes on
    held = np.concatenate([rates, rates[-1:]]).astype(np.float64)
    width_ms = np.full(held.shape[0], stimulus.dt_ms)
    width_ms[-1] = dt_ms
    time_ms = np.concatenate([[0.0], np.cumsum(width_ms)])
    total = np.zeros((time_ms.size, held.shape[1]))
    np.cumsum(held * width_ms[:, None], axis=0, out=total[1:])
    steps_ms = dt_ms * np.arange(int(np.floor(stimulus.duration_ms / dt_ms + 1e-6)) + 1)
    return np.stack(
        [
            np.diff(np.interp(steps_ms - delay, time_ms, total[:, int(population)]))
            / dt_ms
            for population, delay in groups
        ],
        axis=1,
    )
