"""Transfer functions with the wrong threshold."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from validation.experiment.sabotages.sabotage import Sabotage


def shift_transfer(parameters: RateParameters) -> RateParameters:
    """Raise every cell's threshold by one width of its transfer function."""

    def shifted(function: TransferFunction) -> TransferFunction:
        return replace(function, threshold_pa=function.threshold_pa + function.width_pa)

    return replace(
        parameters,
        transfer=shifted(parameters.transfer),
        transfer_adapted=shifted(parameters.transfer_adapted),
    )


TRANSFER_SHIFTED = Sabotage(
    "transfer_shifted",
    "transfer function shifted by one threshold width",
    shift_transfer,
)
