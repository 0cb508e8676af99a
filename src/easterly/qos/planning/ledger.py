"""Reasons, collected while numbers are made."""

from __future__ import annotations

from dataclasses import dataclass, field

from easterly.base.columns import ints, texts
from easterly.model.qos import Reasons

ALL = -1

Row = tuple[str, int, int, str, str, str]


@dataclass
class Ledger:
    """Rule, source and inputs of every number, in the order in which they are made."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self, quantity: str, rule: str, source: str, inputs: str = "", *, group: int = ALL, traffic_class: int = ALL
    ) -> None:
        """Note why a number is what it is."""
        self.rows.append((quantity, group, traffic_class, rule, source, inputs))

    def reasons(self) -> Reasons:
        """The noun."""
        quantity, group, cls, rule, source, inputs = zip(*self.rows, strict=True) if self.rows else ((),) * 6
        return Reasons(texts(quantity), ints(group), ints(cls), texts(rule), texts(source), texts(inputs))
