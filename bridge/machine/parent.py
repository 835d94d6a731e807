"""A process that another one started, and that ends when that one is gone."""

import os
import signal
import time
from threading import Thread

LOOK_S = 0.5
"""Time between two looks at whether the parent lives, s."""

PARENT = "V1BRIDGE_PARENT"
"""Variable of the environment in which a command finds the process to end with."""

GRACE_S = 30.0
"""Time to end as after SIGTERM before it is done by force, s."""


def end_with_parent(parent: int) -> None:
    """Let this process end soon after its parent, however that ended.

    A parent that is killed cannot end its children. They would work on for nobody,
    or wait for ever for what it sends. This process gets SIGTERM then, as if its
    parent had lived to send it; what keeps a checkpoint at that keeps one.

    Parameters
    ----------
    parent
        Process id of the parent. A process whose parent is another one already has
        lost it while it started.
    """
    Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def end_with_named_parent() -> None:
    """End with the process that the environment names, if it names one."""
    parent = os.environ.pop(PARENT, "")  # it is not the parent of our own children
    if parent.isdecimal():
        end_with_parent(int(parent))


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)
