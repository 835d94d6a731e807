"""Bookkeeping of the synaptic charge."""

import math

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.building.tables import population_table
from bridge.column.populations import POPULATIONS
from bridge.reduction.moments.charge import synaptic_charge


@pytest.fixture(scope="module")
def column():
    return build_column(60, 1)


def area_pa_ms(column, cell, port, weight):
    """Area of an alpha current of peak ``weight`` pA, summed up in steps of 1 us."""
    tau = column.cell_models.tau_syn_ms[column.cell_model[cell]][port]
    t = 0.001 * (np.arange(200_000) + 0.5)
    return abs(weight) * float((math.e * t / tau * np.exp(-t / tau)).sum() * 0.001)


def test_charge_is_the_sum_over_single_connections(column):
    rng = np.random.default_rng(2)
    rate, lgn = (
        rng.uniform(0, 9, column.n_cells),
        rng.uniform(0, 20, column.lgn.n_cells),
    )
    found = synaptic_charge(column, rate, lgn)
    area = {
        (int(m), port): area_pa_ms(
            column, int(np.argmax(column.cell_model == m)), port, 1
        )
        for m in np.unique(column.cell_model)
        for port in range(4)
    }

    def total(events, hz):
        return sum(
            area[int(column.cell_model[t]), int(port)] * abs(w) * r / 1000.0
            for t, port, w, r in zip(
                events.target, events.receptor, events.weight_pa, hz, strict=True
            )
        )

    # the sum in steps is accurate to 1e-8
    assert found.recurrent == pytest.approx(
        total(column.recurrent, rate[column.recurrent.source]), rel=1e-6
    )
    assert found.lgn == pytest.approx(
        total(column.lgn_edges, lgn[column.lgn_edges.source]), rel=1e-6
    )
    assert found.background == pytest.approx(
        total(column.background, column.background.rate_hz), rel=1e-6
    )
    assert found.surround == pytest.approx(
        total(column.surround, column.surround.rate_hz), rel=1e-6
    )
    parts = (found.recurrent, found.surround, found.background, found.lgn)
    assert min(parts) > 0.0
    assert found.total == pytest.approx(sum(parts))


def test_a_surround_that_responds_counts_at_its_own_rates(column):
    silent = np.zeros(column.n_cells), np.zeros(column.lgn.n_cells)
    reference = population_table().reference_rate_hz
    frozen = synaptic_charge(column, *silent)
    assert synaptic_charge(column, *silent, reference).surround == pytest.approx(
        frozen.surround
    )
    doubled = reference.copy()
    e4 = POPULATIONS.index("e4")
    doubled[e4] *= 2.0
    own = column.surround.source_population == e4
    tau = column.model_values("tau_syn_ms")[
        column.surround.target, column.surround.receptor
    ]
    of_e4 = np.abs(column.surround.weight_pa) * tau * column.surround.rate_hz
    more = np.e / 1000.0 * of_e4[own].sum()
    found = synaptic_charge(column, *silent, doubled).surround
    assert found - frozen.surround == pytest.approx(more)
