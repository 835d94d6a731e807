"""Batches drawn in threads while a GPU is busy with the ones before."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from ratemodel.training.trial_source import Batch


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
    """

    def __init__(self, draw: Callable[[int], Batch], ahead: int) -> None:
        self._draw, self._ahead = draw, ahead
        self._threads = ThreadPoolExecutor(ahead) if ahead else None
        self._waiting: dict[int, Future[Batch]] = {}

    def close(self) -> None:
        """Give up what was drawn ahead; the next batch asked for starts anew."""
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    def take(self, number: int) -> Batch:
        """Return a batch."""
        if self._threads is None:
            return self._draw(number)
        for later in range(number, number + self._ahead + 1):
            if later not in self._waiting:
                self._waiting[later] = self._threads.submit(self._draw, later)
        return self._waiting.pop(number).result()
