"""Delays in steps: each shared between the two whole steps around it."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray, IntArray

WHOLE = 1e-9
"""Steps by which a delay may miss a whole number and still count as one."""


@dataclass(frozen=True)
class DelayShares:
    r"""Which past steps the connections read, and with which share.

    A rate between two steps is found on the line through them: a connection whose
    delay lies :math:`x` of a step beyond :math:`k` steps reads the rates :math:`k`
    and :math:`k+1` steps ago with the shares :math:`1-x` and :math:`x`, an error of
    second order in the step. Where less than no step remains, :math:`x<0`, the
    line through the two newest rates is followed beyond them (:math:`k=0`, shares
    :math:`1-x` and :math:`x`): held at the newest one, they would come late by
    :math:`-x` steps, an error of first order.

    Attributes
    ----------
    connection
        Connection that each part belongs to, ``(n_parts,)``. A whole number of
        steps makes one part.
    steps
        Steps ago that it reads, or ``per_step`` times as many parts of one.
    share
        Its share; those of a connection sum to 1.
    per_step
        Parts that a step is divided into, of which each can be read: 1 for rates
        that are known at the steps only.
    """

    connection: IntArray
    steps: IntArray
    share: FloatArray
    per_step: int = 1

    @classmethod
    def from_delays(
        cls,
        delay_ms: FloatArray,
        dt_ms: float,
        hold_steps: float,
        per_step: int = 1,
    ) -> "DelayShares":
        """Return the shares of some delays.

        Parameters
        ----------
        delay_ms
            Delay of every connection, ms, ``(n_connections,)``.
        dt_ms
            Step, ms.
        hold_steps
            Delay, in steps, that holding values during a step brings of its own;
            what remains to be shared is ``delay / dt - hold``.
        per_step
            Parts that a step is divided into.
        """
        remaining = (delay_ms / dt_ms - hold_steps) * per_step
        whole = np.round(remaining)
        remaining = np.where(np.abs(remaining - whole) < WHOLE, whole, remaining)
        newer = np.maximum(np.floor(remaining), 0.0)
        beyond = remaining - newer
        (shared,) = np.nonzero(beyond)
        steps = newer.astype(np.int64)
        return cls(
            np.append(np.arange(delay_ms.size), shared),
            np.append(steps, steps[shared] + 1),
            np.append(1.0 - beyond, beyond[shared]),
            per_step,
        )

    @classmethod
    def none(cls, n_connections: int) -> "DelayShares":
        """Return those of connections that read the rates of now, without delay."""
        return cls(
            np.arange(n_connections),
            np.zeros(n_connections, dtype=np.int64),
            np.ones(n_connections),
        )

    @property
    def blocks(self) -> IntArray:
        """All values of ``steps`` that occur, in order."""
        return np.unique(self.steps)

    @property
    def n_blocks(self) -> int:
        """Steps of rates that are read, that of now included."""
        return int(self.steps.max(initial=0)) + 1
