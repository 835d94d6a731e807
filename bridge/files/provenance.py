"""Where a result comes from: versions, machine, source state."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bridge.version import __version__

_PACKAGES = (
    "brian2",
    "brian2cuda",
    "cython",
    "h5netcdf",
    "h5py",
    "matplotlib",
    "numpy",
    "pydantic",
    "scipy",
    "torch",
    "xarray",
)


def collect_provenance() -> dict[str, Any]:
    """Describe the software and the machine, without names of hosts or users.

    Returns
    -------
    dict
        ``versions`` of this project and the packages in use, ``python``, ``platform``
        (``system``, ``machine``, ``processor``, ``n_cores``), ``git`` (commit and
        whether it was changed, or ``None`` outside a checkout of this project)
        and ``created_utc`` (ISO 8601).
    """
    return {
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "v1bridge": __version__,
        "versions": software_versions(),
        "python": platform.python_version(),
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "processor": _processor(),
            "n_cores": len(_cores()),
        },
        "git": _git_state(Path(__file__).resolve()),
    }


def software_versions() -> dict[str, str]:
    """Return the versions of this project and of the packages in use, by name."""
    found = {name: _version(name) for name in _PACKAGES}
    return {"v1bridge": __version__} | {k: v for k, v in found.items() if v}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cores() -> range | set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _git_state(file: Path) -> dict[str, Any] | None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(file.parent), *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=10,
        ).stdout.strip()

    try:
        # An installed copy may lie inside somebody else's checkout.
        git("ls-files", "--error-unmatch", file.name)
        return {
            "commit": git("rev-parse", "HEAD"),
            "is_modified": bool(git("status", "--porcelain", "--untracked-files=no")),
        }
    except (OSError, subprocess.SubprocessError):
        return None
