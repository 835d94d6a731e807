"""Errors a user can act on."""


class V1BridgeError(Exception):
    """Base of every error this project raises on purpose.

    The message is one line: what was wrong, where, and what to do.
    """


class InputError(V1BridgeError):
    """What the user handed over (a file, a key, a value) cannot be used."""


class RunFolderError(V1BridgeError):
    """A run folder is in the way, incomplete, or not ours."""


class DeviceError(V1BridgeError):
    """A simulation device (compiler, GPU, optional package) is missing."""


class CertificateError(V1BridgeError):
    """A certificate does not match what it is meant to vouch for."""


class StoppedError(V1BridgeError):
    """A long run was asked to stop, and has kept what it needs to continue.

    Attributes
    ----------
    signal_number
        The signal that asked.
    """

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.signal_number = signal_number
