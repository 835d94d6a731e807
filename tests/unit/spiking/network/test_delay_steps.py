"""Delays become steps as in NEST."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.column.edges import LONGEST_DELAY_MS, Edges
from bridge.errors import InputError
from spiking.network.delay_steps import delay_in_steps

NEST = {
    0.1: {0.05: 1, 0.06: 1, 0.14: 1, 0.15: 2, 0.25: 3, 0.35: 4, 1.45: 15, 1.7: 17},
    0.2: {0.1: 1, 0.3: 2, 0.5: 3, 0.7: 4, 1.5: 8},
    0.25: {0.125: 1, 0.375: 2, 0.625: 3, 1.5: 6},
    1.0: {0.5: 1, 1.5: 2, 2.5: 3, 3.5: 4},
}
"""Steps that NEST 3.10 makes of delays in ms, by its resolution in ms."""


@pytest.mark.parametrize("dt_ms", NEST)
def test_delays_are_rounded_as_nest_rounds_them(dt_ms: float) -> None:
    delays = np.array(list(NEST[dt_ms]))
    assert delay_in_steps(delays, dt_ms).tolist() == list(NEST[dt_ms].values())


@pytest.mark.usefixtures("with_nest")
def test_every_half_step_is_rounded_as_nest_rounds_it(tmp_path: Path) -> None:
    delays = np.round((np.arange(100) + 0.5) * 0.1, 6)
    program = (
        "import json, nest\n"
        "nest.resolution = 0.1\n"
        "source = nest.Create('parrot_neuron')\n"
        "targets = nest.Create('parrot_neuron', 100)\n"
        f"for target, delay in zip(targets, {delays.tolist()}):\n"
        "    nest.Connect(source, target, syn_spec={'delay': delay})\n"
        "made = nest.GetConnections(source, targets).get(['target', 'delay'])\n"
        f"open({str(tmp_path / 'made.json')!r}, 'w').write(json.dumps(made))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    made = json.loads((tmp_path / "made.json").read_text())
    order = np.argsort(made["target"])
    steps = np.rint(np.array(made["delay"])[order] * 10.0)
    np.testing.assert_array_equal(delay_in_steps(delays, 0.1), steps)


def test_a_delay_shorter_than_half_a_step_is_refused() -> None:
    with pytest.raises(InputError, match=r"0\.04 ms is shorter than half a time step"):
        delay_in_steps(np.array([1.5, 0.04]), 0.1)


def test_a_delay_longer_than_any_axon_is_refused() -> None:
    def edges(delay_ms: float) -> Edges:
        one = np.zeros(1)
        return Edges(one, one, one, np.array([delay_ms]), one, one + 1)

    assert edges(LONGEST_DELAY_MS).delay_ms.tolist() == [LONGEST_DELAY_MS]
    for delay_ms in (1001.0, 1e12, 1e300):
        with pytest.raises(InputError, match="delays are at most 1000 ms"):
            edges(delay_ms)
