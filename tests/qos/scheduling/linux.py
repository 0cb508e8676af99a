"""Linux's ``net/sched/sch_htb.c`` retold with plain lists: an opinion on HTB that shares nothing with the kernel.

Followed function by function: ``htb_activate_prios``, ``htb_deactivate_prios``, ``htb_change_class_mode``,
``htb_lookup_leaf``, ``htb_dequeue_tree``, ``htb_charge_class``, ``htb_do_events``. Tokens are nanoseconds, as it has
them, but exact fractions; classes stand in the order of their numbers. Timers are as fine as the clock.
"""

from __future__ import annotations

import math
from fractions import Fraction

from easterly.qos.scheduling import HtbTree

CANT_SEND, MAY_BORROW, CAN_SEND = range(3)
LEVELS, PRIORITIES = 8, 8
MOST_NS = 60 * 10**9


class Feed:
    """Members by number and the pointer among them: an ``rb_root`` with ``ptr`` and ``last_ptr_id``."""

    def __init__(self) -> None:
        self.members: set[int] = set()
        self.ptr: int | None = None
        self.last: int | None = None

    def next(self) -> None:
        self.ptr = min((m for m in self.members if self.ptr is not None and m > self.ptr), default=None)


class Class:
    def __init__(self, tree: HtbTree, number: int) -> None:
        self.number, self.parent = number, int(tree.parent[number])
        self.ns_per_B = Fraction(8 * 10**9, int(tree.rate_bps[number]))
        self.ceil_ns_per_B = Fraction(8 * 10**9, int(tree.ceil_bps[number]))
        self.buffer = self.tokens = self.ns_per_B * int(tree.burst_B[number])
        self.cbuffer = self.ctokens = self.ceil_ns_per_B * int(tree.cburst_B[number])
        self.checked = self.level = 0
        self.mode = CAN_SEND
        self.priority, self.quantum = int(tree.priority[number]), int(tree.quantum_B[number])
        self.activity: set[int] = set()
        self.deficit = [0] * LEVELS
        self.feeds = [Feed() for _ in range(PRIORITIES)]
        self.queue: list[tuple[int, int]] = []


class SchHtb:
    """Packets are numbers with a size; `dequeue` gives one, a time to ask again, or None where nothing waits."""

    def __init__(self, tree: HtbTree) -> None:
        self.now = 0
        self.all = [Class(tree, number) for number in range(len(tree.name))]
        self.rows = [[Feed() for _ in range(PRIORITIES)] for _ in range(LEVELS)]
        self.waiting: list[dict[int, int]] = [{} for _ in range(LEVELS)]
        inner = {c.parent for c in self.all}
        for c in self.all:
            if c.number in inner:
                above = self.above(c)
                c.level = (above.level if above else LEVELS) - 1

    def above(self, c: Class) -> Class | None:
        return self.all[c.parent] if c.parent >= 0 else None

    def activate(self, c: Class) -> None:
        mask, parent = set(c.activity), self.above(c)
        while c.mode == MAY_BORROW and parent and mask:
            for priority in sorted(mask):
                if parent.feeds[priority].members:
                    mask.discard(priority)
                parent.feeds[priority].members.add(c.number)
            parent.activity |= mask
            c, parent = parent, self.above(parent)
        if c.mode == CAN_SEND:
            for priority in mask:
                self.rows[c.level][priority].members.add(c.number)

    def deactivate(self, c: Class) -> None:
        mask, parent = set(c.activity), self.above(c)
        while c.mode == MAY_BORROW and parent and mask:
            emptied = set()
            for priority in mask:
                feed = parent.feeds[priority]
                if feed.ptr == c.number:
                    feed.last, feed.ptr = c.number, None
                feed.members.remove(c.number)
                if not feed.members:
                    emptied.add(priority)
            parent.activity -= emptied
            c, parent, mask = parent, self.above(parent), emptied
        if c.mode == CAN_SEND:
            for priority in mask:
                feed = self.rows[c.level][priority]
                if feed.ptr == c.number:
                    feed.next()
                feed.members.remove(c.number)

    @staticmethod
    def mode(c: Class, passed: Fraction | int) -> tuple[int, Fraction]:
        """What a class may do, and how long until that may change."""
        if c.ctokens + passed < 0:
            return CANT_SEND, -(c.ctokens + passed)
        if c.tokens + passed >= 0:
            return CAN_SEND, Fraction(0)
        return MAY_BORROW, -(c.tokens + passed)

    def change_mode(self, c: Class, passed: int) -> Fraction:
        mode, delay = self.mode(c, passed)
        if mode != c.mode:
            if c.activity and c.mode != CANT_SEND:
                self.deactivate(c)
            c.mode = mode
            if c.activity and mode != CANT_SEND:
                self.activate(c)
        return delay

    def wait(self, c: Class, delay: Fraction) -> None:
        self.waiting[c.level][c.number] = self.now + max(1, math.ceil(delay))

    def enqueue(self, number: int, packet: int, size_B: int) -> None:
        c = self.all[number]
        c.queue.append((packet, size_B))
        if not c.activity:
            c.activity = {c.priority}
            self.activate(c)

    def lookup(self, feed: Feed, priority: int) -> Class:
        stack = [feed]
        while True:
            feed = stack[-1]
            if feed.ptr is None and feed.last is not None:
                feed.ptr = min((m for m in feed.members if m >= feed.last), default=None)
            feed.last = None
            if feed.ptr is None:
                feed.ptr = min(feed.members)
                if len(stack) > 1:
                    stack.pop()
                    stack[-1].next()
            elif self.all[feed.ptr].level == 0:
                return self.all[feed.ptr]
            else:
                stack.append(self.all[feed.ptr].feeds[priority])

    def events(self, level: int) -> None:
        due = self.waiting[level]
        while due and min(due.values()) <= self.now:
            c = self.all[min(due, key=lambda number: due[number])]
            del due[c.number]
            delay = self.change_mode(c, min(self.now - c.checked, MOST_NS))
            if c.mode != CAN_SEND:
                self.wait(c, delay)

    def dequeue(self, now: int) -> int | tuple[str, int] | None:
        self.now = now
        if not any(c.queue for c in self.all):
            return None
        for level in range(LEVELS):
            self.events(level)
            for priority, row in enumerate(self.rows[level]):
                if row.members:
                    return self.send(self.lookup(row, priority), level, priority)
        return "wait", min(min(due.values()) for due in self.waiting if due)

    def send(self, c: Class, level: int, priority: int) -> int:
        packet, size_B = c.queue.pop(0)
        c.deficit[level] -= size_B
        if c.deficit[level] < 0:
            c.deficit[level] += c.quantum
            (self.all[c.parent].feeds[priority] if level else self.rows[0][priority]).next()
        if not c.queue:
            self.deactivate(c)
            c.activity = set()
        self.charge(c, level, size_B)
        return packet

    def charge(self, leaf: Class, level: int, size_B: int) -> None:
        c: Class | None = leaf
        while c:
            passed = min(self.now - c.checked, MOST_NS)
            if c.level >= level:
                c.tokens = max(Fraction(1 - MOST_NS), min(c.buffer, c.tokens + passed) - c.ns_per_B * size_B)
            else:
                c.tokens += passed
            c.ctokens = max(Fraction(1 - MOST_NS), min(c.cbuffer, c.ctokens + passed) - c.ceil_ns_per_B * size_B)
            c.checked, before = self.now, c.mode
            delay = self.change_mode(c, 0)
            if c.mode != before:
                self.waiting[c.level].pop(c.number, None)
                if c.mode != CAN_SEND:
                    self.wait(c, delay)
            c = self.above(c)
