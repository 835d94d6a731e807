"""The input of a sequence as events: it changes only at some steps."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class EventLayout:
    """Which steps share their external sources.

    Attributes
    ----------
    of_step
        Event in use at every step; it never goes back.
    step_event
        The same as a tensor, ``(n_steps,)``.
    rows
        Row of every event for each delay, ``(n_events, n_delays)``, among the
        steps before followed by the samples.
    """

    of_step: tuple[int, ...]
    step_event: Tensor
    rows: Tensor

    @classmethod
    def from_sampling(
        cls,
        n_samples: int,
        steps_per_sample: int,
        delays: tuple[int, ...],
        device: torch.device,
    ) -> "EventLayout":
        """Return the layout of a sampled input.

        Parameters
        ----------
        n_samples, steps_per_sample
            Samples, and the steps that each lasts.
        delays
            Delays in use, steps.
        device
            Of the tensors.
        """
        n_past, n_steps = max(delays), n_samples * steps_per_sample
        row = [
            *range(n_past),
            *(n_past + t // steps_per_sample for t in range(n_steps)),
        ]
        seen = [tuple(row[n_past + t - d] for d in delays) for t in range(n_steps)]
        events = {event: k for k, event in enumerate(dict.fromkeys(seen))}
        of_step = tuple(events[event] for event in seen)
        return cls(
            of_step,
            torch.tensor(of_step, device=device),
            torch.tensor(list(events), device=device),
        )

    def sources(self, samples: Tensor, past: Tensor) -> Tensor:
        """Return the sources of every event, ``(n_events, n_delays n_inputs, batch)``.

        Parameters
        ----------
        samples
            Hz, ``(n_samples, n_inputs, batch)``.
        past
            The steps before, oldest first, ``(n_past, n_inputs, batch)`` with
            ``n_past`` the longest delay.
        """
        if not past.shape[0]:
            return samples
        return torch.cat((past, samples))[self.rows].flatten(1, 2)

    def gather(
        self, values: Tensor, sources: Tensor, first: int
    ) -> tuple[Tensor, Tensor]:
        """Sum values of steps over the steps of each event.

        Parameters
        ----------
        values
            ``(n_steps, n_rows, batch)``.
        sources
            Of every event.
        first
            The step that ``values`` begin at.

        Returns
        -------
        tuple
            The sums, ``(n_events, n_rows, batch)``, and the sources of those
            events.
        """
        stop = first + values.shape[0]
        start = self.of_step[first]
        sources = sources[start : self.of_step[stop - 1] + 1]
        if len(sources) == len(values):
            return values, sources
        sums = values.new_zeros(len(sources), *values.shape[1:])
        return sums.index_add_(0, self.step_event[first:stop] - start, values), sources


def last_steps(past: Tensor, samples: Tensor, steps_per_sample: int) -> Tensor:
    """Return the last steps of a sampled input, as many as ``past`` has.

    Parameters
    ----------
    past
        The steps before the samples, ``(n_past, n_inputs, batch)``.
    samples
        ``(n_samples, n_inputs, batch)``.
    steps_per_sample
        Steps that a sample lasts.
    """
    n_past = past.shape[0]
    n_samples = -(-n_past // steps_per_sample)
    latest = samples[max(samples.shape[0] - n_samples, 0) :]
    steps = torch.cat((past, latest.repeat_interleave(steps_per_sample, 0)))
    return steps[steps.shape[0] - n_past :]
