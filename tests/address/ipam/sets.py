"""A pool as a set of addresses: slow, obvious, and without intervals, trees or a database."""

from __future__ import annotations

from dataclasses import dataclass, replace

BITS = 32


@dataclass(frozen=True)
class Held:
    lo: int
    hi: int
    state: str
    until_ms: int | None
    key: str | None = None


class Sets:
    def __init__(self, lo: int, hi: int, quarantine_ms: int) -> None:
        self.lo, self.hi, self.quarantine_ms = lo, hi, quarantine_ms
        self.free = set(range(lo, hi + 1))
        self.held: dict[int, Held] = {}
        self.given = 0

    def runs(self) -> list[tuple[int, int]]:
        """Maximal runs of free addresses."""
        begins = sorted(n for n in self.free if n - 1 not in self.free)
        ends = sorted(n for n in self.free if n + 1 not in self.free)
        return list(zip(begins, ends, strict=True))

    def aligned(self, size: int) -> list[int]:
        """Addresses at which an aligned block of free addresses begins."""
        begins = range(self.lo, self.hi + 1, size)
        return [n for n in begins if all(m in self.free for m in range(n, n + size))]

    def largest_at(self, at: int, run: tuple[int, int]) -> int:
        """Size of the largest aligned block inside a run that holds an address."""
        sizes = [1 << p for p in range(8)]
        return max(s for s in sizes if run[0] <= at // s * s and at // s * s + s - 1 <= run[1])

    def hosts(self, count: int) -> list[int] | None:
        usable = sorted(self.free - {self.lo, self.hi})[:count]
        return usable if len(usable) == count else None

    def block(self, size: int) -> int | None:
        """In the run whose largest block is smallest; there, out of the smallest block."""
        rows = []
        for run in self.runs():
            largest = max(self.largest_at(n, run) for n in range(run[0], run[1] + 1))
            places = [n for n in self.aligned(size) if run[0] <= n <= run[1]]
            if places:
                rows.append((largest, run[0], min(places, key=lambda n, run=run: (self.largest_at(n, run), n))))
        return min(rows)[2] if rows else None

    def sparse(self, size: int) -> int | None:
        """The largest free block; of several, the one whose address reads least from its last bit on."""
        for power in range(7, -1, -1):
            places = self.aligned(1 << power)
            if places:
                return min(places, key=lambda n: f"{n:032b}"[::-1]) if 1 << power >= size else None
        return None

    def add(self, lo: int, hi: int, until_ms: int | None, key: str | None = None) -> int:
        self.free -= set(range(lo, hi + 1))
        self.held[self.given] = Held(lo, hi, "held", until_ms, key)
        self.given += 1
        return self.given - 1

    def keyed(self, key: str) -> int | None:
        return next((n for n, held in self.held.items() if held.key == key), None)

    def retire(self, number: int, now_ms: int) -> None:
        held = self.held[number]
        if held.state == "held" and self.quarantine_ms:
            self.held[number] = replace(held, state="quarantined", until_ms=now_ms + self.quarantine_ms, key=None)
        else:
            self.free |= set(range(held.lo, held.hi + 1))
            del self.held[number]

    def reclaim(self, now_ms: int, limit: int) -> int:
        due = [(h.until_ms, n) for n, h in self.held.items() if h.until_ms is not None and h.until_ms <= now_ms]
        for _, number in sorted(due)[:limit]:
            self.retire(number, now_ms)
        return len(due[:limit])
