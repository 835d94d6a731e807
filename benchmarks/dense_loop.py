"""The plain way to train: full matrices, every operation through autograd."""

from collections.abc import Callable

import torch
from torch import Tensor

from ratemodel.network.network import RateNetwork
from ratemodel.variants.contract import advance


def dense_loop(
    network: RateNetwork, inputs: Tensor, loss_of: Callable[[Tensor], Tensor]
) -> Callable[[], object]:
    """Return what computes the gradients of all weights, absent ones included.

    ``inputs`` are rates, Hz, ``(n_steps, n_lgn, batch)``; the loss is one of the
    cells' rates, ``(n_steps, n_cells, batch)``.
    """
    n_lgn = network.parameters.n_lgn
    full = torch.tensor(network.coupling.matrix.toarray()).to(inputs)
    lgn, constant = full[:, :n_lgn].clone(), full[:, n_lgn, None].clone()
    recurrent = full[:, n_lgn + 1 :].clone()
    matrices = [recurrent.requires_grad_(), lgn.requires_grad_()]
    model = network.assemble(1)

    def run() -> object:
        state, rates = model.init(inputs.shape[-1]), []
        for step in range(inputs.shape[0]):

            def drive(rate: Tensor, step: int = step) -> Tensor:
                return recurrent @ rate + lgn @ inputs[step] + constant

            rate, state = advance(model, state, None, drive)
            rates.append(rate)
        return torch.autograd.grad(loss_of(torch.stack(rates)), matrices)

    return run
