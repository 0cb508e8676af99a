"""RED in plain Python, with each of the rules in which ns-3 departs from the paper as a switch."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from easterly.qos.aqm import Red


@dataclass(frozen=True)
class Rules:
    """All false: Floyd & Jacobson 1993. All true: ns-3 3.44."""

    spares_short: bool = False  # no signal, and a count begun anew, where one packet or none waits
    spares_first: bool = False  # nor for the first packet above the lower threshold
    whole_idle: bool = False  # idle from when the line is; in whole packets, and one more
    scales_after: bool = False  # by bytes: probabilities grow with sizes after they are spread, which counts bytes
    keeps_count: bool = False  # a drop beyond the ramp does not begin the count anew


NS3 = Rules(True, True, True, True, True)


class Line:
    """A queue under RED, and the line that it waits for."""

    def __init__(self, red: Red, rules: Rules, rate_bps: int, mean_B: int, seed: int) -> None:
        self.red, self.rules, self.ns_per_B, self.mean_B = red, rules, 8e9 / rate_bps, mean_B
        self.rng = np.random.default_rng(seed)
        self.waiting: deque[int] = deque()
        self.average, self.count, self.count_B, self.above = 0.0, -1, 0, False
        self.free_ns, self.idle_ns = 0.0, 0.0
        self.idle = True

    def serve(self, now_ns: float) -> None:
        """Up to now."""
        while self.free_ns <= now_ns:
            if not self.waiting:
                if self.rules.whole_idle and not self.idle:
                    self.idle, self.idle_ns = True, self.free_ns
                return
            begins_ns = self.free_ns
            self.free_ns += self.waiting.popleft() * self.ns_per_B
            if not self.waiting and not self.rules.whole_idle:
                self.idle, self.idle_ns = True, begins_ns

    def length(self) -> float:
        return len(self.waiting) if self.red.by_packets else sum(self.waiting)

    def learn(self, now_ns: float) -> None:
        """The average, at an arrival."""
        weight, length = self.red.weight, self.length()
        slots = (now_ns - self.idle_ns) / (self.mean_B * self.ns_per_B)
        if not self.idle:
            self.average += weight * (length - self.average)
        elif self.rules.whole_idle:
            self.average *= (1 - weight) ** (int(slots) + 1)
        else:
            self.average *= (1 - weight) ** slots
        self.idle = False

    def meant(self, size_B: int) -> bool:
        """Whether the packet is to be marked or dropped."""
        red, rules = self.red, self.rules
        most = red.ramp.high * (2 if red.gentle else 1)
        if self.average < red.ramp.low or (rules.spares_short and self.length() <= 1):
            self.above = False
            self.count, self.count_B = -1, 0
            return False
        if self.average >= most:
            if not rules.keeps_count:
                self.count = 0
            return True
        if rules.spares_first and not self.above:
            self.above, self.count, self.count_B = True, 1, size_B
            return False
        base = red.ramp.probability(self.average, gentle=red.gentle)
        chance = self.chance(base, size_B)
        if self.rng.random() >= chance:
            return False
        self.count, self.count_B = 0, 0
        return True

    def chance(self, base: float, size_B: int) -> float:
        """Spread evenly, and by size."""
        by_bytes = not self.red.by_packets
        if not self.rules.scales_after:
            base *= size_B / self.mean_B if by_bytes else 1.0
            self.count += 1
            return min(1.0, base / (1 - self.count * base)) if self.count * base < 1 else 1.0
        self.count, self.count_B = self.count + 1, self.count_B + size_B
        count = self.count_B // self.mean_B if by_bytes else self.count
        spread = base / (1 - count * base) if count * base < 1 else 1.0
        return min(1.0, spread * size_B / self.mean_B) if by_bytes and spread < 1 else spread

    def offer(self, now_ns: float, size_B: int) -> int:
        """0 kept, 1 marked, 2 dropped."""
        self.serve(now_ns)
        self.learn(now_ns)
        beyond = self.average >= self.red.ramp.high * (2 if self.red.gentle else 1)
        meant = self.meant(size_B)
        if meant and not (self.red.ecn and not (beyond and self.red.hard_drop)):
            if not self.waiting and not self.rules.whole_idle:
                self.idle, self.idle_ns = True, now_ns
            return 2
        self.waiting.append(size_B)
        if self.free_ns <= now_ns:
            self.free_ns = now_ns
            self.serve(now_ns)
        return int(meant)


def play(
    red: Red, rules: Rules, time_ns: np.ndarray, size_B: np.ndarray, rate_bps: int, mean_B: int
) -> dict[str, np.ndarray]:
    """Verdicts, and averages at arrivals."""
    line = Line(red, rules, rate_bps, mean_B, 1)
    verdict, average = np.empty(len(time_ns), dtype=np.int8), np.empty(len(time_ns))
    for i, (now, size) in enumerate(zip(time_ns.tolist(), size_B.tolist(), strict=True)):
        verdict[i] = line.offer(now, size)
        average[i] = line.average
    return {"verdict": verdict, "average": average}
