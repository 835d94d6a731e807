"""What training makes small: wrong answers, and rates far from where they were."""

from torch import Tensor
from torch.nn import functional

from ratemodel.training.processes import Processes

_SOFT_HZ = 1.0


def answer_loss(logits: Tensor, label: Tensor, batch: int) -> Tensor:
    """Return the cross-entropy of the answers, summed and divided by ``batch``.

    Parameters
    ----------
    logits
        Of :class:`ratemodel.readout.readout.Readouts`, ``(n_trials, n_classes)``.
    label
        Right answers, ``(n_trials,)``.
    batch
        Trials of all processes: their sums add up to the mean.
    """
    return functional.cross_entropy(logits, label, reduction="sum") / batch


def rate_cost(population_hz: Tensor, untrained_hz: Tensor) -> Tensor:
    r"""Return how far the mean rates of the populations have moved.

    .. math:: \frac{1}{P}\sum_p
              \left(\frac{\bar r_p - \bar r^0_p}{\bar r^0_p + 1\,\mathrm{Hz}}\right)^2

    with the mean :math:`\bar r_p` over cells, time and trials and its value
    :math:`\bar r^0_p` in the network before training. A bound on rates, so that the
    trained network stays near the regime in which F was measured; Chen, Scherr and
    Maass 2022 pull the rates towards measured ones for the same end.

    Parameters
    ----------
    population_hz, untrained_hz
        Mean rates now and before training, Hz, ``(n_populations,)``.
    """
    return ((population_hz - untrained_hz) / (untrained_hz + _SOFT_HZ)).square().mean()


def shared_mean(own: Tensor, processes: Processes) -> Tensor:
    """Return the sum over processes, with the gradient by this process's share.

    Parameters
    ----------
    own
        This process's share.
    processes
        All of them; the sum of their gradients is the gradient of the whole.
    """
    total = processes.sum(own.detach())
    return total + own - own.detach()
