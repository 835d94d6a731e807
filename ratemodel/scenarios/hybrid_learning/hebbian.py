r"""Hebbian rules: how a cell's weights follow the rates on both sides.

All act on the relative magnitudes :math:`u_e = |w_e| / |w|_g`, where :math:`|w|_g` is
the Euclidean norm that the untrained weights of e's group have: the connections onto
one cell from its own layer's excitatory cells, or from its inhibitory ones. With
:math:`x` the rate of the source, :math:`y` that of the target, and averages
:math:`\langle\rangle` over time and trials, every rule uses

.. math:: h_e = \frac{\langle y\,x_e\rangle}
                     {\sqrt{\langle y^2\rangle \sum_g \langle x^2\rangle}},

of norm at most 1 in a group, whatever the rates: a fixed learning rate suits all cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the names of the rules are wanted without torch
    from torch import Tensor

    from ratemodel.scenarios.hybrid_learning.layers import WithinLayers
    from ratemodel.scenarios.weight_rule import Reduce


@dataclass(frozen=True)
class Oja:
    r"""Oja's rule (1982, J. Math. Biol. 15:267, eq. 3), the default.

    .. math:: \Delta u = \eta\,(h - (u \cdot h)\,u)

    is Hebb's rule with the growth of the norm taken out to first order, from
    which Oja's form with :math:`y^2 u` follows where the cell is the linear unit
    :math:`y = u \cdot x` and nothing else. Here a cell has other inputs too, and
    with :math:`y^2 u` its weights would grow until they alone explained its rate
    (several times the untrained ones, and the network with them), so the product
    is taken. Either way a group ends with norm 1, along the principal eigenvector
    of :math:`\langle x x^T\rangle` for the linear unit. With rates and magnitudes
    not negative and :math:`\eta < 1` no weight crosses zero.

    Attributes
    ----------
    learning_rate
        :math:`\eta`, between 0 and 1.
    """

    learning_rate: float = 1e-3

    def following(
        self, u: Tensor, rates: Tensor, within: WithinLayers, reduce: Reduce
    ) -> Tensor:
        """Return the next relative magnitudes, ``(n_within,)``.

        Parameters
        ----------
        u
            Relative magnitudes, ``(n_within,)``.
        rates
            Rates, Hz, ``(n_cells, n_samples)``.
        within
            The connections.
        reduce
            Averages a tensor over processes.
        """
        h = _hebb(rates, within, reduce)
        return u + self.learning_rate * (h - within.group_sum(u * h) * u)


@dataclass(frozen=True)
class NormalisedHebb:
    r"""Plain Hebb, :math:`u + \eta h`, divided by the norm of its group.

    Attributes
    ----------
    learning_rate
        :math:`\eta`, positive.
    """

    learning_rate: float = 1e-3

    def following(
        self, u: Tensor, rates: Tensor, within: WithinLayers, reduce: Reduce
    ) -> Tensor:
        """Return the next relative magnitudes; see :meth:`Oja.following`."""
        grown = u + self.learning_rate * _hebb(rates, within, reduce)
        norm = within.group_sum(grown.square()).sqrt()
        return (grown / norm).where(norm > 0.0, u)


@dataclass(frozen=True)
class Bcm:
    r"""The rule of Bienenstock, Cooper and Munro (1982, J. Neurosci. 2:32).

    .. math:: \Delta u_e = \pm\eta\,\frac{\langle x_e \varphi\rangle}
              {\sqrt{\langle\varphi^2\rangle\sum_g\langle x^2\rangle}},\quad
              \varphi = y\,(y - \theta),\; \theta = \langle y^2\rangle / y_0,

    with the threshold of Intrator and Cooper (1992, Neural Netw. 5:3), averaged
    over the batch. It acts on the signed weight: the sign is - for inhibitory
    sources, so that both kinds take a cell whose rate is too high back to
    :math:`y_0`. A magnitude that would fall below zero stays at zero.

    Attributes
    ----------
    learning_rate
        :math:`\eta`, positive.
    rate_hz
        :math:`y_0`, Hz: about where the rates end.
    """

    learning_rate: float = 1e-3
    rate_hz: float = 5.0

    def following(
        self, u: Tensor, rates: Tensor, within: WithinLayers, reduce: Reduce
    ) -> Tensor:
        """Return the next relative magnitudes; see :meth:`Oja.following`."""
        powers = [rates.pow(k).mean(1) for k in (2, 3, 4)]
        products = [within.mean_products(rates.pow(k), rates) for k in (1, 2)]
        second, third, fourth, xy, xyy = _averaged([*powers, *products], reduce)
        theta = second / self.rate_hz
        phi_square = fourth - 2.0 * theta * third + theta.square() * second
        x_phi = xyy - theta[within.target] * xy
        sign = 1.0 - 2.0 * (within.group % 2)
        change = sign * _over_norms(x_phi, phi_square, second, within)
        return (u + self.learning_rate * change).clamp_min(0.0)


HebbianRule = Oja | NormalisedHebb | Bcm

RULES: dict[str, type[Oja] | type[NormalisedHebb] | type[Bcm]] = {
    "oja": Oja,
    "hebb": NormalisedHebb,
    "bcm": Bcm,
}
"""Rules by name."""


def _hebb(rates: Tensor, within: WithinLayers, reduce: Reduce) -> Tensor:
    parts = [rates.square().mean(1), within.mean_products(rates, rates)]
    second, product = _averaged(parts, reduce)
    return _over_norms(product, second, second, within)


def _over_norms(
    product: Tensor, target_square: Tensor, source_square: Tensor, within: WithinLayers
) -> Tensor:
    """Return mean products over the norms of their factors, 0 where one is 0."""
    of_group = within.group_sum(source_square[within.source])
    norm = (of_group * target_square[within.target]).clamp_min(0.0).sqrt()
    return (product / norm).where(norm > 0.0, 0.0)


def _averaged(parts: list[Tensor], reduce: Reduce) -> list[Tensor]:
    import torch

    flat = reduce(torch.cat(parts))
    return list(torch.split(flat, [part.numel() for part in parts]))
