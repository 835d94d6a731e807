"""The column, the stimulus, the reduction and the contracts both models share.

Attributes
----------
__version__ : str
    Version of the v1bridge that is installed, ``0+unknown`` where none is; looked
    up when it is asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name: str) -> str:
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("v1bridge")
        except PackageNotFoundError:
            return "0+unknown"
