"""Lists that a text has for each family, as one list for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from easterly.model.access import ANY, AccessList, AccessRule

IMPLICIT = "no rule lets it through"


@dataclass(slots=True)
class Said:
    """What the lines of a text say: rules by family and name, and names and lines by interface and family."""

    device: str = ""
    rules: dict[tuple[int, str], list[AccessRule]] = field(default_factory=dict)
    bound: dict[str, dict[int, tuple[str, int]]] = field(default_factory=lambda: defaultdict(dict))

    def open(self, family: int, name: str) -> list[AccessRule]:
        """Rules of a list, which is made if it is not there."""
        return self.rules.setdefault((family, name), [])

    def bind(self, port: str, family: int, name: str, line: int) -> None:
        """Have a list judge what comes in through an interface.

        Raises
        ------
        ValueError
            Another one does.
        """
        if self.bound[port].setdefault(family, (name, line))[0] != name:
            raise ValueError(f"line {line}: {port} has two lists of IPv{family}")

    def lists(self, implicit_deny: bool) -> tuple[AccessList, ...]:
        """Lists of both families; where the names that an interface has differ, both of them, joined by ``/``.

        Raises
        ------
        ValueError
            An interface has a list that is not there.
        """
        ports: dict[tuple[str, str], list[str]] = {}
        lines: dict[tuple[str, str], int] = {}
        for port, names in self.bound.items():
            for family, (name, line) in names.items():
                if (family, name) not in self.rules:
                    raise ValueError(f"line {line}: {port} has the list {name}, which is not there")
            key = (names.get(4, ("", 0))[0], names.get(6, ("", 0))[0])
            ports.setdefault(key, []).append(port)
            lines.setdefault(key, min(line for _, line in names.values()))
        used = {(family, name) for key in ports for family, name in zip((4, 6), key, strict=True)}
        for family, name in self.rules:
            if (family, name) not in used:
                free = {other for other, n in self.rules if n == name} - {f for f, n in used if n == name}
                ports.setdefault((name if 4 in free else "", name if 6 in free else ""), [])
        return tuple(
            AccessList("/".join(dict.fromkeys(filter(None, key))), self._both(key, implicit_deny), tuple(found),
                       lines.get(key, 0))
            for key, found in ports.items()
        )  # fmt: skip

    def _both(self, names: tuple[str, str], implicit_deny: bool) -> tuple[AccessRule, ...]:
        made: list[AccessRule] = []
        for family, name in zip((4, 6), names, strict=True):
            rules = self.rules.get((family, name), []) if name else []
            made += rules
            if implicit_deny and rules and not rules[-1].total:
                made.append(AccessRule(ANY[family], ANY[family], False, name=IMPLICIT, line=rules[-1].line))
        return tuple(made)


def as_read(lists: Mapping[str, AccessList] | tuple[AccessList, ...]) -> tuple[AccessList, ...]:
    """Lists as every text has them: IPv4 first, each family with a last rule that all packets fit."""
    rows = lists.values() if isinstance(lists, Mapping) else lists
    return tuple(AccessList(a.name, (*a.closed(4), *a.closed(6)), a.ports, a.line) for a in rows)
