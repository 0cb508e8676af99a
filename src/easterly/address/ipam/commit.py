"""Group commit: callers wait in line, and one transaction answers all who wait."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

from easterly.address.ipam.nouns import Outcome
from easterly.address.ipam.requests import Request
from easterly.address.ipam.store import Store

MOST = 512
"""Requests of one transaction: what bounds the wait of the first of them."""


class Committer:
    """One thread that writes for many; first come, first served.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._line: queue.SimpleQueue[tuple[Request, Future[Outcome]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="ipam-committer", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Future[Outcome]:
        """Put a request in line; its future is done when the outcome is durable."""
        future: Future[Outcome] = Future()
        self._line.put((request, future))
        return future

    def close(self) -> None:
        """Answer all who wait, then stop."""
        self._line.put(None)
        self._thread.join()

    def __enter__(self) -> Committer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        going = True
        while going:
            batch = [self._line.get()]
            while len(batch) < MOST and batch[-1] is not None:
                try:
                    batch.append(self._line.get_nowait())
                except queue.Empty:
                    break
            going = batch[-1] is not None
            self._answer([item for item in batch if item is not None])

    def _answer(self, batch: list[tuple[Request, Future[Outcome]]]) -> None:
        waiting = [(request, future) for request, future in batch if future.set_running_or_notify_cancel()]
        if not waiting:
            return
        try:
            outcomes = self._store.apply([request for request, _ in waiting])
        except Exception as error:
            for _, future in waiting:
                future.set_exception(error)
            return
        for (_, future), outcome in zip(waiting, outcomes, strict=True):
            future.set_result(outcome)
