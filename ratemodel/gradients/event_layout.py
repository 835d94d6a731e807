"""The input of a sequence as events: it changes only at some steps."""

import math
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
    earlier, share
        Row of the step before that, and the share in which a delay that is no
        whole number of steps reads it: a step then sees the end of one value and
        the beginning of the next. ``(n_events, n_delays)`` and ``(n_delays, 1, 1)``;
        None where all delays are whole.
    """

    of_step: tuple[int, ...]
    step_event: Tensor
    rows: Tensor
    earlier: Tensor | None
    share: Tensor | None

    @classmethod
    def from_sampling(
        cls,
        n_samples: int,
        steps_per_sample: int,
        delays: tuple[float, ...],
        like: Tensor,
    ) -> "EventLayout":
        """Return the layout of a sampled input.

        Parameters
        ----------
        n_samples, steps_per_sample
            Samples, and the steps that each lasts.
        delays
            Delays in use, steps; a sum over steps is exact for any.
        like
            A tensor of the device and type in use.
        """
        n_past, n_steps = steps_before(delays), n_samples * steps_per_sample
        row = [
            *range(n_past),
            *(n_past + t // steps_per_sample for t in range(n_steps)),
        ]
        whole = [math.floor(delay) for delay in delays]
        share = [delay - floor for delay, floor in zip(delays, whole, strict=True)]
        further = [math.ceil(delay) for delay in delays]
        seen = [
            tuple(row[n_past + t - d] for d in (*whole, *further))
            for t in range(n_steps)
        ]
        events = {event: k for k, event in enumerate(dict.fromkeys(seen))}
        of_step = tuple(events[event] for event in seen)
        rows = torch.tensor(list(events), device=like.device)
        newer, older = rows[:, : len(delays)], rows[:, len(delays) :]
        are_whole = not any(share)
        return cls(
            of_step,
            torch.tensor(of_step, device=like.device),
            newer,
            None if are_whole else older,
            None if are_whole else like.new_tensor(share)[:, None, None],
        )

    def sources(self, samples: Tensor, past: Tensor) -> Tensor:
        """Return the sources of every event, ``(n_events, n_delays n_inputs, batch)``.

        Parameters
        ----------
        samples
            Hz, ``(n_samples, n_inputs, batch)``.
        past
            The steps before, oldest first, ``(n_past, n_inputs, batch)`` with
            ``n_past`` of :func:`steps_before`.
        """
        if not past.shape[0]:
            return samples
        steps = torch.cat((past, samples))
        sources = steps[self.rows]
        if self.earlier is not None and self.share is not None:
            sources = torch.lerp(sources, steps[self.earlier], self.share)
        return sources.flatten(1, 2)

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


def steps_before(delays: tuple[float, ...]) -> int:
    """Return how many steps before the first one some delays reach back."""
    return math.ceil(max(delays))


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
