"""Long-run rates of an HTB by water levels: a second way to the shares, from the rules and not from the product."""

from __future__ import annotations

from easterly.qos.scheduling import HtbTree


class Water:
    """Every leaf drinks `quantum x level`, as far as its glass and the pipes above it go."""

    def __init__(self, tree: HtbTree, offered: dict[str, float]) -> None:
        self.tree = tree
        self.kids: dict[int, list[int]] = {}
        for node, parent in enumerate(tree.parent.tolist()):
            self.kids.setdefault(parent, []).append(node)
        self.offered = [offered.get(name, 0.0) for name in tree.name]
        self.used = [0.0] * len(tree.name)
        """Through each class, by whomever it was lent."""
        self.charged = [0.0] * len(tree.name)
        """What counts against the rate of each class."""

    def rates(self) -> dict[str, float]:
        """Own rates first; then every class lends its rest, the deepest first, one priority after the other."""
        for leaf in self.below(-1):
            most = min(self.offered[leaf], float(self.tree.rate_bps[leaf]), float(self.tree.ceil_bps[leaf]))
            self.grant(leaf, most, None)
        for lender in sorted(self.kids.keys() - {-1}, key=self.depth, reverse=True):
            for priority in range(8):
                self.lend(lender, priority)
        return {self.tree.name[leaf]: self.used[leaf] for leaf in self.below(-1)}

    def depth(self, node: int) -> int:
        return -1 if node < 0 else 1 + self.depth(int(self.tree.parent[node]))

    def below(self, node: int) -> list[int]:
        kids = self.kids.get(node)
        return [node] if kids is None else [leaf for kid in kids for leaf in self.below(kid)]

    def grant(self, leaf: int, rate: float, lender: int | None) -> None:
        """Counted through all classes above; against the rates from the lender upwards (all, if it is its own)."""
        node, counts = leaf, lender is None
        while node >= 0:
            counts = counts or node == lender
            self.used[node] += rate
            self.charged[node] += rate * counts
            node = int(self.tree.parent[node])

    def lend(self, lender: int, priority: int) -> None:
        rest = float(self.tree.rate_bps[lender]) - self.charged[lender]
        if rest <= 0:
            return
        for leaf, rate in self.spread(lender, rest, priority).items():
            self.grant(leaf, rate, lender)

    def room(self, node: int) -> float:
        return max(0.0, float(self.tree.ceil_bps[node]) - self.used[node])

    def thirst(self, node: int, level: float, priority: int) -> float:
        """What goes through a class when the water stands at some level everywhere below it."""
        if node not in self.kids:
            wants = self.tree.quantum_B[node] * level if self.tree.priority[node] == priority else 0.0
            return min(wants, self.room(node), max(0.0, self.offered[node] - self.used[node]))
        return min(self.room(node), sum(self.thirst(kid, level, priority) for kid in self.kids[node]))

    def spread(self, node: int, rate: float, priority: int) -> dict[int, float]:
        """The level at which a class passes on `rate`, or all that it can; then likewise for each class below."""
        if node not in self.kids:
            return {node: rate}
        rate = min(rate, self.room(node))
        low, high = 0.0, 1e9
        if sum(self.thirst(kid, high, priority) for kid in self.kids[node]) <= rate:
            low = high
        for _ in range(90):
            middle = (low + high) / 2
            fits = sum(self.thirst(kid, middle, priority) for kid in self.kids[node]) <= rate
            low, high = (middle, high) if fits else (low, middle)
        found: dict[int, float] = {}
        for kid in self.kids[node]:
            found |= self.spread(kid, self.thirst(kid, low, priority), priority)
        return found
