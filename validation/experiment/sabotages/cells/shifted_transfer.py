"""Transfer functions with the wrong threshold."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from validation.experiment.sabotages.sabotage import Change, Sabotage


def shift_transfer(parameters: RateParameters, widths: float) -> RateParameters:
    """Raise every cell's threshold by a multiple of its transfer function's width."""

    def shifted(function: TransferFunction) -> TransferFunction:
        raised = function.threshold_pa + widths * function.width_pa
        return replace(function, threshold_pa=raised)

    return replace(
        parameters,
        transfer=shifted(parameters.transfer),
        transfer_adapted=shifted(parameters.transfer_adapted),
    )


TRANSFER_SHIFTED = Sabotage(
    "transfer_shifted",
    "transfer functions shifted by {:g} threshold widths",
    (1.0, 0.3, 0.05),
    lambda widths: Change(lambda p: shift_transfer(p, widths)),
)
