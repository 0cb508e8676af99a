"""Sparse orders of handing out blocks, which leave room to grow beside each for as long as can be (RFC 3531)."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.address.prefixes import Prefixes
from easterly.address.sets import blocks
from easterly.address.text import Prefix

ORDERS = ("leftmost", "rightmost", "centermost")


def weights(bits: int, order: str) -> tuple[int, ...]:
    """Value of each bit of the count, the fastest first.

    ``leftmost`` counts with the leftmost bit fastest, ``rightmost`` as usual. ``centermost`` begins with the middle
    bit, of an even number the one right of the middle, and adds bits to its left and right in turn (RFC 3531
    section 3).

    Raises
    ------
    ValueError
        An unknown order, or bits not within 0 to 128.

    Examples
    --------
    >>> weights(8, "centermost")
    (8, 16, 4, 32, 2, 64, 1, 128)
    """
    if order not in ORDERS:
        raise ValueError(f"order is {order!r}, not {', '.join(ORDERS)}")
    if not 0 <= bits <= 128:
        raise ValueError(f"bits is {bits}, not within 0..128")
    if order == "leftmost":
        return tuple(1 << i for i in reversed(range(bits)))
    if order == "rightmost":
        return tuple(1 << i for i in range(bits))
    middle = (bits - 1) // 2  # from the right
    steps = [middle + (step + 1) // 2 * (1 if step % 2 else -1) for step in range(bits)]
    return tuple(1 << place for place in steps)


def sparse_order(bits: int, order: str = "leftmost", count: int | None = None) -> Iterator[int]:
    """Numbers of blocks in the order in which they are handed out.

    Parameters
    ----------
    bits : int
        Of a block's number.
    order : str
        ``leftmost``, ``rightmost`` or ``centermost``.
    count : int or None
        How many; None for all.

    Raises
    ------
    ValueError
        An unknown order, more than there are.

    Examples
    --------
    >>> list(sparse_order(3)), list(sparse_order(3, "centermost"))
    ([0, 4, 2, 6, 1, 5, 3, 7], [0, 2, 4, 6, 1, 3, 5, 7])
    """
    values = weights(bits, order)
    most = 1 << bits
    if count is not None and not 0 <= count <= most:
        raise ValueError(f"count is {count:,}, and {bits} bits have {most:,} numbers")
    return (sum(value for i, value in enumerate(values) if n >> i & 1) for n in range(most if count is None else count))


def sparse(prefix: Prefix, length: int, count: int, order: str = "leftmost") -> Prefixes:
    """The first blocks of a prefix in a sparse order.

    Raises
    ------
    ValueError
        A length that the prefix has no blocks of, more than it has, an unknown order.

    Examples
    --------
    >>> from easterly.address.text import read
    >>> sparse(read("2001:db8::/32"), 35, 4).text()
    ['2001:db8::/35', '2001:db8:8000::/35', '2001:db8:4000::/35', '2001:db8:c000::/35']
    """
    bits = 32 if prefix.family == 4 else 128
    if not prefix.length <= length <= bits:
        raise ValueError(f"{prefix} has no /{length}: the length is between {prefix.length} and {bits}")
    most = 1 << (length - prefix.length)
    if count > most:
        raise ValueError(f"count is {count:,}, and {prefix} has {most:,} of /{length}")
    return blocks(prefix, length, tuple(sparse_order(length - prefix.length, order, count)))
