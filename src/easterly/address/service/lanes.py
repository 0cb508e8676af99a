"""Group commit for an event loop: requests wait in lanes, and one transaction answers all that wait in one.

SQLite has one writer, hence one lane; in PostgreSQL pools are locked one by one, and each lane has its share of them.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from easterly.address.ipam import Outcome, Request, Store

MOST = 256
"""Requests of one transaction: what bounds the wait of the first of them."""
LANES = 16


class Lanes:
    """Lanes of a store.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        count = 1 if store.engine.dialect.name == "sqlite" else LANES
        self._lanes = [_Lane(store) for _ in range(count)]

    def submit(self, request: Request, pool: int) -> asyncio.Future[Outcome]:
        """Put a request in the lane of its pool; the future is done when the outcome is durable."""
        return self._lanes[pool % len(self._lanes)].submit(request)

    def close(self) -> None:
        """Wait for what is under way; what is submitted later begins anew."""
        for lane in self._lanes:
            lane.close()


class _Lane:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: list[tuple[Request, asyncio.Future[Outcome]]] = []
        self._busy = False

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        self._thread, self._busy = None, False

    def submit(self, request: Request) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append((request, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._go, loop)  # what arrives in the same turn of the loop comes along
        return future

    def _go(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="ipam-lane")
        done = loop.run_in_executor(self._thread, self._store.apply, [request for request, _ in batch])
        done.add_done_callback(lambda answered: self._tell(loop, batch, answered))

    def _tell(
        self, loop: asyncio.AbstractEventLoop, batch: list[tuple[Request, asyncio.Future[Outcome]]],
        answered: asyncio.Future[list[Outcome]],
    ) -> None:  # fmt: skip
        if self._waiting:
            self._go(loop)
        else:
            self._busy = False
        error = answered.exception()
        outcomes = None if error else answered.result()
        for i, (_, future) in enumerate(batch):
            if future.cancelled():
                continue
            if outcomes is None:
                future.set_exception(error or RuntimeError("no outcome"))
            else:
                future.set_result(outcomes[i])
