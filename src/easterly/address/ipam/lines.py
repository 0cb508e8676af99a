"""Lines of text to allocations: what an import reads, and what the audit of one is read back with.

Columns: ``address`` (an address, a prefix or ``first-last``), and any of ``state`` (``held`` or ``reserved``),
``until_ms``, ``owner``, ``tenant``, ``device``, ``interface``, ``mac``, ``dns_name``, ``tags`` (separated by
semicolons), and ``field:NAME`` for custom fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from socket import AF_INET, inet_pton
from typing import NamedTuple

from easterly.address.ipam.nouns import NOBODY, About
from easterly.address.ipam.places import place
from easterly.address.ipam.rows import extras
from easterly.address.text import BITS, AddressError

TEXTS = About._fields[:5]
PLAIN = ("state", "until_ms", "owner", *TEXTS)
Texts = tuple[str | None, ...]


class Line(NamedTuple):
    """One line.

    Attributes
    ----------
    lo, hi, length : int
        As of `Allocation`.
    state : str
    until_ms : int or None
    owner : str
    texts : tuple of (str or None)
        The first five parts of `About`.
    extras : str or None
        Tags and custom fields, as they are stored.
    """

    lo: int
    hi: int
    length: int
    state: str
    until_ms: int | None
    owner: str
    texts: Texts
    extras: str | None

    def kind(self, family: int) -> str:
        """As of `Allocation`."""
        return "address" if self.length == BITS[family] else "block" if self.length >= 0 else "range"


def address_reader(family: int) -> Callable[[str], tuple[int, int, int]]:
    """What reads first address, last address and length of a place of one family; most are single addresses.

    >>> address_reader(4)("0.0.1.1"), address_reader(4)("0.0.1.0/24")
    ((257, 257, 32), (256, 511, 24))
    """

    def read(text: str) -> tuple[int, int, int]:
        if family == 4:
            try:
                number = int.from_bytes(inet_pton(AF_INET, text), "big")  # in C, and as strict as `place`
            except OSError:
                pass
            else:
                return number, number, 32
        at = place(text)
        if at.family != family:
            raise AddressError("E510", f"{text!r} is of another family than the pool")
        return at.lo, at.hi, at.length

    return read


def check_names(names: Sequence[str]) -> None:
    """Refuse names of columns that are none.

    Raises
    ------
    ValueError
    """
    if "address" not in names:
        raise ValueError("the first line names no column `address`")
    unknown = [n for n in names if n not in (*PLAIN, "address", "tags") and not n.startswith("field:")]
    if unknown:
        raise ValueError(f"no column is called {unknown[0]!r}; write `field:{unknown[0]}` for a custom field")
    if len(set(names)) < len(names):
        raise ValueError("two columns have one name")


def read_lines(rows: Iterable[Sequence[str]], names: Sequence[str], family: int) -> Iterator[Line]:
    """Read lines one after the other.

    Parameters
    ----------
    rows : iterable of sequence of str
        Values of each line.
    names : sequence of str
        Of the columns, which `check_names` has seen.
    family : int
        4 or 6.

    Yields
    ------
    Line

    Raises
    ------
    ValueError
        For a line that cannot be read.
    """
    read, terms, texts, more = address_reader(family), _terms(names), _texts(names), _extras(names)
    at, width = names.index("address"), len(names)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"{len(row)} values for {width} columns")
        yield Line(*read(row[at]), *terms(row), texts(row), more(row))


def _terms(names: Sequence[str]) -> Callable[[Sequence[str]], tuple[str, int | None, str]]:
    """What reads state, end of lease and owner out of a line."""
    places = {name: names.index(name) for name in ("state", "until_ms", "owner") if name in names}
    if not places:
        return lambda _: ("held", None, "")

    def terms(row: Sequence[str]) -> tuple[str, int | None, str]:
        state, until, owner = (row[places[n]] if n in places else "" for n in ("state", "until_ms", "owner"))
        if state not in ("", "held", "reserved"):
            raise ValueError(f"state is {state!r}, and can be held or reserved")
        return state or "held", int(until) if until else None, owner

    return terms


def _texts(names: Sequence[str]) -> Callable[[Sequence[str]], Texts]:
    """What reads the first parts of the holder out of a line."""
    blank = len(names)
    a, b, c, d, e = (names.index(name) if name in names else blank for name in TEXTS)

    def texts(row: Sequence[str]) -> Texts:
        said = (*row, None)
        return said[a] or None, said[b] or None, said[c] or None, said[d] or None, said[e] or None

    return texts


def _extras(names: Sequence[str]) -> Callable[[Sequence[str]], str | None]:
    """What reads tags and custom fields out of a line."""
    tags = names.index("tags") if "tags" in names else None
    own = [(at, name.removeprefix("field:")) for at, name in enumerate(names) if name.startswith("field:")]
    if tags is None and not own:
        return lambda _: None

    def more(row: Sequence[str]) -> str | None:
        marks = () if tags is None else tuple(sorted({tag for tag in row[tags].split(";") if tag}))
        return extras(NOBODY._replace(tags=marks, fields=tuple(sorted((n, row[at]) for at, n in own if row[at]))))

    return more
