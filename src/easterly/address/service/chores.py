"""What the service does by itself: reclaim what is due, note how full pools are, tell hooks."""

from __future__ import annotations

import asyncio
import logging
import time

from easterly.address.ipam import Store, history
from easterly.address.service import hooks

TICK_S = 1.0
HOUR_S = 3600.0
LIMIT = 2000
"""Allocations that one turn moves on: others wait no longer than for that."""
log = logging.getLogger(__name__)


async def chores(store: Store) -> None:
    """Work until cancelled; what fails is logged, and tried again."""
    noted_s = 0.0
    while True:
        try:
            while await asyncio.to_thread(store.reclaim, LIMIT) >= LIMIT:
                await asyncio.sleep(0)
            if time.monotonic() - noted_s > HOUR_S or not noted_s:
                await asyncio.to_thread(history.record, store)
                noted_s = time.monotonic()
            await asyncio.to_thread(hooks.deliver, store)
        except Exception:
            log.exception("a chore of the address manager failed")
        await asyncio.sleep(TICK_S)
