"""The device of a run: settled, and said, before any work."""

from bridge.column.column import Column
from spiking.devices.choose import choose_device
from spiking.network.network_arrays import NetworkArrays, network_arrays
from validation.config.validate import ValidateConfig
from validation.experiment.column import load_column
from validation.terminal import PlainConsole


def settle_device(
    config: ValidateConfig, column: Column | None = None
) -> ValidateConfig:
    """Return the configuration with the device that will really be used.

    With ``device = "auto"`` a line on stderr says which it is, and why.

    Parameters
    ----------
    config
        The complete configuration.
    column
        The column that ``config.column`` names, where it is at hand.

    Returns
    -------
    ValidateConfig
        The same, with ``device`` settled.

    Raises
    ------
    DeviceError
        If the device cannot be used.
    """
    spiking = config.spiking

    def arrays() -> NetworkArrays:
        return network_arrays(column or load_column(config.column), spiking.dt_ms)

    choice = choose_device(spiking.device, arrays)
    if spiking.device == "auto":
        console = PlainConsole(stderr=True)
        console.print(choice.reason, soft_wrap=True)
    settled = spiking.model_copy(update={"device": choice.name})
    return config.model_copy(update={"spiking": settled})
