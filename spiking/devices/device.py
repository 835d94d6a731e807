"""What a device is: a name, and how it runs trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # brings scipy, which the command line's help does not need
    from spiking.network.network_arrays import NetworkArrays
    from spiking.trials.trial import Spikes, Trials

    Report = Callable[[float], None]
    MakeArrays = Callable[[], NetworkArrays]
    Runner = Callable[[NetworkArrays, Trials, int, Report], Spikes]


def _always(arrays: MakeArrays | None) -> str:
    return ""


@dataclass(frozen=True)
class Device:
    """Something that simulates the spiking network.

    Its file is read for its name alone, so ``run`` and ``check`` import what they
    need when called.

    Attributes
    ----------
    name
        How options and files call it.
    description
        A few words for the help.
    run
        Takes the network, the trials, the number of processes and a callback that is
        told the biological milliseconds that were added; yields the number of each
        trial and its spikes as rows of (step, cell), int32.
    check
        Takes a function that makes the network, or None to leave out whether that
        fits; returns what the device runs on; raises a ``DeviceError`` where it
        cannot be used. Without it the device shows that when it runs.
    """

    name: str
    description: str
    run: Runner
    check: Callable[[MakeArrays | None], str] = _always
