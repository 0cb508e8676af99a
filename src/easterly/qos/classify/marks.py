"""Marks of packets and what they mean: code points, priorities, traffic classes, queues, and whom to trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import IntColumn, ints
from easterly.qos.code_points import CODE_POINTS

VALUES = {"dscp": 64, "pcp": 8, "up": 8, "tc": 64, "queue": 64}
"""How many values a kind of mark has: code point, priority of 802.1p, user priority of 802.11, traffic class, queue."""
UNTRUSTED_CONTROL = (48, 56)

Trust = Literal["dscp", "pcp", "none"]


def dscp_of(name: str) -> int:
    """Code point of a name, in any case.

    Raises
    ------
    ValueError
        An unknown name.

    >>> dscp_of("AF41"), dscp_of("ef"), dscp_of("CS5"), dscp_of("le")
    (34, 46, 40, 1)
    """
    point = CODE_POINTS.get(name.lower())
    if point is None:
        raise ValueError(f"{name!r} is no code point; write df, le, va, ef, cs0 to cs7 or af11 to af43")
    return point


def dscp_name(point: int) -> str:
    """Name of a code point; its number where it has none.

    >>> dscp_name(34), dscp_name(0), dscp_name(63)
    ('AF41', 'DF', '63')
    """
    return next((name.upper() for name, value in CODE_POINTS.items() if value == point), str(point))


@dataclass(frozen=True, slots=True)
class MarkMap:
    """Which mark becomes which, such as DSCP to traffic class.

    Attributes
    ----------
    source, target : str
        Kinds of marks, of `VALUES`.
    table : tuple of int or None
        Target of every value of the source; None where it has none.

    Raises
    ------
    ValueError
        An unknown kind, a table of another length, a target out of range.

    Examples
    --------
    >>> to_tc = MarkMap.of("dscp", "tc", {46: 5, 34: 4, 36: 4}, default=0)
    >>> to_queue = MarkMap.of("tc", "queue", {0: 0, 4: 2, 5: 7})
    >>> whole = to_tc.then(to_queue)
    >>> whole.table[46], whole.table[10], whole.inverse()[2]
    (7, 0, (34, 36))
    """

    source: str
    target: str
    table: tuple[int | None, ...]

    def __post_init__(self) -> None:
        for kind in (self.source, self.target):
            if kind not in VALUES:
                raise ValueError(f"{kind!r} is no kind of mark; write one of {', '.join(VALUES)}")
        if len(self.table) != VALUES[self.source]:
            raise ValueError(f"{self.source} has {VALUES[self.source]} values, and the table {len(self.table)}")
        wrong = [value for value in self.table if value is not None and not 0 <= value < VALUES[self.target]]
        if wrong:
            raise ValueError(f"{self.target} {wrong[0]} is not within 0-{VALUES[self.target] - 1}")

    @classmethod
    def of(cls, source: str, target: str, entries: Mapping[int, int], default: int | None = None) -> MarkMap:
        """A map from its entries; all other values become the default.

        Raises
        ------
        ValueError
            An unknown kind, a value out of range.
        """
        size = VALUES.get(source, 0)
        wrong = [value for value in entries if not 0 <= value < size]
        if size and wrong:
            raise ValueError(f"{source} {wrong[0]} is not within 0-{size - 1}")
        return cls(source, target, tuple(entries.get(value, default) for value in range(size)))

    def then(self, following: MarkMap) -> MarkMap:
        """One map that does both, first this one.

        Raises
        ------
        ValueError
            The other map does not begin where this one ends.
        """
        if following.source != self.target:
            raise ValueError(f"a map to {self.target} cannot be followed by one from {following.source}")
        return MarkMap(self.source, following.target, tuple(
            None if value is None else following.table[value] for value in self.table
        ))  # fmt: skip

    def inverse(self) -> dict[int, tuple[int, ...]]:
        """Sources of every target that has any, both in ascending order."""
        targets = sorted({value for value in self.table if value is not None})
        return {t: tuple(source for source, value in enumerate(self.table) if value == t) for t in targets}

    def back(self, prefer: Mapping[int, int] | None = None) -> MarkMap:
        """A map from targets to one source each, as a rewriting of marks needs: the smallest, or the one preferred.

        Raises
        ------
        ValueError
            A preferred source that does not become that target.

        Examples
        --------
        >>> MarkMap.of("dscp", "tc", {46: 5, 34: 4, 36: 4}).back({4: 36}).table[3:6]
        (None, 36, 46)
        """
        sources = self.inverse()
        for target, source in (prefer or {}).items():
            if source not in sources.get(target, ()):
                raise ValueError(f"{self.source} {source} does not become {self.target} {target}")
        return MarkMap.of(self.target, self.source, {t: (prefer or {}).get(t, s[0]) for t, s in sources.items()})

    def apply(self, values: ArrayLike, default: int = 0) -> IntColumn:
        """Target of each value; the default where it has none.

        Parameters
        ----------
        values : (P,) int

        Returns
        -------
        (P,) int32

        Raises
        ------
        ValueError
            A value that the source does not have.
        """
        given = np.asarray(values)
        if given.size and not (given.min() >= 0 and given.max() < len(self.table)):
            raise ValueError(f"{self.source} must be within 0-{len(self.table) - 1}")
        return ints(np.array([default if v is None else v for v in self.table], dtype=np.int32)[given])


def wifi_priorities(*, trusted: bool = False) -> MarkMap:
    """User priority of 802.11 by code point (RFC 8325, section 4; LE by RFC 8622).

    Code points without a recommendation get 0. Network control, CS6 and CS7, gets 7 only from where it is trusted.

    Parameters
    ----------
    trusted : bool
        Whether CS6 and CS7 come from network control and not from users.

    Examples
    --------
    >>> up = wifi_priorities().table
    >>> [up[dscp_of(name)] for name in ("ef", "va", "cs5", "af42", "cs3", "af21", "cs2", "af11", "df", "cs1", "cs6")]
    [6, 6, 5, 4, 4, 3, 0, 0, 0, 1, 0]
    """
    by_name = {"ef": 6, "va": 6, "cs5": 5, "cs4": 4, "cs3": 4, "cs1": 1, "le": 1,
               **{f"af{x}{y}": up for x, up in ((2, 3), (3, 4), (4, 4)) for y in (1, 2, 3)}}  # fmt: skip
    entries = {CODE_POINTS[name]: up for name, up in by_name.items()}
    if trusted:
        entries |= dict.fromkeys(UNTRUSTED_CONTROL, 7)
    return MarkMap.of("dscp", "up", entries, default=0)


def class_selectors() -> MarkMap:
    """Priority of 802.1p by code point where nothing else is said: its three highest bits (RFC 2474, section 4.2.2).

    >>> class_selectors().table[46], class_selectors().back().table
    (5, (0, 8, 16, 24, 32, 40, 48, 56))
    """
    return MarkMap("dscp", "pcp", tuple(point // 8 for point in range(64)))


@dataclass(frozen=True, slots=True)
class Boundary:
    """What a port believes of the packets that come in.

    Attributes
    ----------
    trust : str
        ``dscp``, ``pcp`` or ``none``.
    from_dscp, from_pcp : MarkMap
        To traffic classes.
    default : int
        Traffic class of packets whose mark is not believed, is missing, or has no class.

    Raises
    ------
    ValueError
        Maps from or to something else, a default out of range, unknown trust.
    """

    trust: Trust
    from_dscp: MarkMap
    from_pcp: MarkMap
    default: int = 0

    def __post_init__(self) -> None:
        if self.trust not in ("dscp", "pcp", "none"):
            raise ValueError(f"trust {self.trust!r} is none of dscp, pcp, none")
        for kind, made in (("dscp", self.from_dscp), ("pcp", self.from_pcp)):
            if (made.source, made.target) != (kind, "tc"):
                raise ValueError(f"from_{kind} is a map from {made.source} to {made.target}, not from {kind} to tc")
        if not 0 <= self.default < VALUES["tc"]:
            raise ValueError(f"default {self.default} is not within 0-{VALUES['tc'] - 1}")

    def classes(self, dscp: ArrayLike, pcp: ArrayLike, *, ip: ArrayLike = True, tagged: ArrayLike = True) -> IntColumn:
        """Traffic class of each packet.

        Parameters
        ----------
        dscp, pcp : (P,) int
        ip, tagged : (P,) bool or bool
            Whether a packet has a code point, and a priority; without it, the default.

        Returns
        -------
        (P,) int32

        Raises
        ------
        ValueError
            A mark out of range, columns of unequal length.

        Examples
        --------
        >>> maps = MarkMap.of("dscp", "tc", {46: 5}), MarkMap.of("pcp", "tc", {5: 4})
        >>> [Boundary(trust, *maps, default=1).classes([46, 0], [5, 5]).tolist() for trust in ("dscp", "pcp", "none")]
        [[5, 1], [4, 4], [1, 1]]
        """
        found = {"dscp": self.from_dscp.apply(dscp, self.default), "pcp": self.from_pcp.apply(pcp, self.default)}
        if found["dscp"].shape != found["pcp"].shape:
            raise ValueError(f"dscp has {found['dscp'].size} entries, and pcp {found['pcp'].size}")
        if self.trust == "none":
            return ints(np.full_like(found["dscp"], self.default))
        return ints(np.where(ip if self.trust == "dscp" else tagged, found[self.trust], self.default))
