"""Batches drawn in threads while a GPU is busy with the ones before."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from ratemodel.trials.trial_source import Batch


class BatchQueue:
    """Hands out batches by number, the next ones drawn ahead.

    A batch depends on its number only, so it is the same whoever draws it, and
    when.

    Parameters
    ----------
    draw
        Returns the batch of a number.
    ahead
        How many are drawn ahead, each in a thread of its own; 0 draws a batch when
        it is asked for.
    n_batches
        How many there are; None for no end.
    """

    def __init__(
        self, draw: Callable[[int], Batch], ahead: int, n_batches: int | None = None
    ) -> None:
        self._draw, self._ahead, self._n_batches = draw, ahead, n_batches
        self._threads: ThreadPoolExecutor | None = None
        self._waiting: dict[int, Future[Batch]] = {}

    def close(self) -> None:
        """Give up what was drawn ahead; the next batch asked for starts anew."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._threads = None
        self._waiting.clear()

    def take(self, number: int) -> Batch:
        """Return a batch."""
        if self._ahead == 0:
            return self._draw(number)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._ahead)
        stop = number + self._ahead + 1
        if self._n_batches is not None:
            stop = max(number + 1, min(stop, self._n_batches))
        for later in range(number, stop):
            if later not in self._waiting:
                self._waiting[later] = self._threads.submit(self._draw, later)
        return self._waiting.pop(number).result()
