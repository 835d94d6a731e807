"""Receptors in use are packed into slots."""

import dataclasses

import numpy as np
from small_column import make_column

from spiking.network.network_arrays import network_arrays
from spiking.network.receptor_slots import receptor_slots


def test_two_receptors_per_cell_need_two_slots():
    slots = receptor_slots(make_column())
    assert slots.n_slots == 2
    # excitatory cells hear receptors 0 and 1, inhibitory ones 2 and 3
    assert slots.receptor_of[0].tolist() == [0, 1]
    assert slots.receptor_of[-1].tolist() == [2, 3]
    assert slots.slot_of[-1].tolist() == [-1, -1, 0, 1]


def test_more_receptors_get_all_four_slots():
    column = make_column()
    lgn = column.lgn_edges
    mixed = dataclasses.replace(lgn, receptor=np.arange(lgn.n_edges) % 4)
    slots = receptor_slots(dataclasses.replace(column, lgn_edges=mixed))
    assert slots.n_slots == 4
    used = slots.slot_of >= 0
    cell, receptor = np.nonzero(used)
    assert (slots.receptor_of[cell, slots.slot_of[used]] == receptor).all()


def test_parameters_follow_the_receptor_of_the_slot():
    column = make_column()
    parameters = network_arrays(column, 0.1).parameters
    np.testing.assert_allclose(parameters["syn_decay_0"][0], np.exp(-0.1 / 5.5))
    np.testing.assert_allclose(parameters["syn_decay_0"][-1], np.exp(-0.1 / 2.8))
    np.testing.assert_allclose(parameters["syn_decay_1"][-1], np.exp(-0.1 / 5.8))


def test_open_loop_moves_every_recurrent_synapse_to_a_source():
    column = make_column()
    closed = network_arrays(column, 0.1)
    opened = network_arrays(column, 0.1, open_loop=True)
    assert opened.structure == closed.structure
    assert opened.recurrent.source.size == 0
    assert opened.external.source.size == (
        column.recurrent.n_edges + column.lgn_edges.n_edges
    )
    np.testing.assert_allclose(
        opened.external.jump.sum(),
        closed.recurrent.jump.sum() + closed.external.jump.sum(),
        rtol=1e-12,  # the order of the sum
    )
