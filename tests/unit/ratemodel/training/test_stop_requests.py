"""Signals that stop a training after its step, which then keeps a checkpoint."""

import os
import signal
from collections.abc import Iterator

import pytest

from ratemodel.training.trainer import _stop_requests

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Let nothing end the tests themselves."""
    before = {n: signal.signal(n, lambda *_: None) for n in STOPPING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_is_a_request_and_the_next_is_obeyed(number: int) -> None:
    former = signal.getsignal(number)
    with _stop_requests() as requests:
        os.kill(os.getpid(), number)
        assert requests == [number]
        assert signal.getsignal(number) is former
    assert signal.getsignal(number) is former


def test_under_nohup_a_closed_terminal_stops_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with _stop_requests() as requests:
        os.kill(os.getpid(), signal.SIGHUP)
        assert requests == []
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
