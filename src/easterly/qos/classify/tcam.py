"""Rules as entries of a ternary memory: what ranges cost there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from easterly._kernel import classify as kernel
from easterly.base.columns import IndexColumn, indices
from easterly.qos.classify.rules import FIELDS, Boxes, Rule, Words, boxes_of

CHUNK = 2
MOST = 1_000_000
"""Entries that `tcam_entries` writes out before it refuses."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """How many entries rules take.

    Attributes
    ----------
    entries : (N,) int64
        With ranges as prefixes, the fewest that hold exactly the range: product over the fields of a rule.
    fenced : (N,) int64
        With ranges as fences of chunks of bits (DIRPE), for comparison.
    chunk : int [bit]
        Bits of a chunk; each takes 2^chunk - 1 bits of an entry.
    """

    entries: IndexColumn
    fenced: IndexColumn
    chunk: int

    @property
    def total(self) -> int:
        """Entries of all rules, ranges as prefixes."""
        return int(self.entries.sum())

    @property
    def total_fenced(self) -> int:
        """Entries of all rules, ranges as fences."""
        return int(self.fenced.sum())


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of a ternary memory, in the order in which they are tried.

    Attributes
    ----------
    rule : (E,) int64
        The rule that an entry belongs to.
    value, mask : (E, D) uint64
        An entry matches where ``field & mask == value``, in every field of `FIELDS`.
    """

    rule: IndexColumn
    value: Words
    mask: Words

    def __len__(self) -> int:
        return len(self.rule)


def tcam(rules: Sequence[Rule] | Boxes, *, chunk: int = CHUNK) -> Expansion:
    """Count the entries that rules take.

    A range of w bits takes at most 2w - 2 prefixes (Srinivasan et al. 1998, SIGCOMM), and 2 ceil(w/c) - 1 entries
    where chunks of c bits are stored as fences (Lakshminarayanan et al. 2005, SIGCOMM).

    Parameters
    ----------
    rules : (N,) Rule, or Boxes
    chunk : int [bit]
        Of fences, 1 to 64.

    Returns
    -------
    Expansion

    Raises
    ------
    ValueError
        A chunk out of range.

    Examples
    --------
    >>> from easterly.qos.classify import parse_rules
    >>> cost = tcam(parse_rules("class a proto tcp sport 1-65534 dport 1024-65535"))
    >>> cost.entries.tolist(), cost.fenced.tolist()
    ([180], [45])
    """
    if not 1 <= chunk <= 64:
        raise ValueError(f"chunk is {chunk} bits; write 1 to 64")
    boxes = rules if isinstance(rules, Boxes) else boxes_of(rules)
    counts = [_product(boxes, each) for each in (0, chunk)]
    return Expansion(counts[0], counts[1], chunk)


def _product(boxes: Boxes, chunk: int) -> IndexColumn:
    made = np.ones(len(boxes), dtype=np.int64)
    for d, (name, bits) in enumerate(FIELDS.items()):
        if not boxes.low[:, d].any() and (boxes.high[:, d] == boxes.top[d]).all():
            continue
        low, high = (np.ascontiguousarray(side[:, d]) for side in (boxes.low, boxes.high))
        # Addresses and flags are prefixes already: fences are for ranges.
        made *= kernel.entries(low, high, bits, 0 if name.startswith(("src_h", "src_l", "dst_h", "dst_l")) else chunk)
    return indices(made)


def tcam_entries(rules: Sequence[Rule] | Boxes, *, most: int = MOST) -> Entries:
    """Write out the entries of rules, ranges as prefixes.

    Parameters
    ----------
    rules : (N,) Rule, or Boxes
    most : int
        More entries are refused.

    Returns
    -------
    Entries

    Raises
    ------
    ValueError
        More entries than `most`.

    Examples
    --------
    >>> from easterly.qos.classify import parse_rules
    >>> len(tcam_entries(parse_rules("class a proto tcp dport 1024-65535")))
    6
    """
    boxes = rules if isinstance(rules, Boxes) else boxes_of(rules)
    cost = tcam(boxes)
    if cost.total > most:
        raise ValueError(f"rules take {cost.total:,} entries, more than {most:,}; narrow their ranges, or raise `most`")
    lists = [_prefixes(boxes, d, bits) for d, bits in enumerate(FIELDS.values())]
    first = np.zeros(len(boxes) + 1, dtype=np.int64)
    np.cumsum(cost.entries, out=first[1:])
    rule = np.repeat(np.arange(len(boxes)), cost.entries)
    rank = np.arange(len(rule)) - first[rule]
    value, mask = (np.zeros((len(rule), len(FIELDS)), dtype=np.uint64) for _ in range(2))
    # The rank of an entry within its rule, read as digits: which prefix of each field.
    for d, (ptr, values, masks) in reversed(list(enumerate(lists))):
        rank, digit = np.divmod(rank, np.diff(ptr)[rule])
        chosen = ptr[rule] + digit
        value[:, d], mask[:, d] = values[chosen], masks[chosen]
    return Entries(indices(rule), _kept(value), _kept(mask))


def _prefixes(boxes: Boxes, d: int, bits: int) -> tuple[IndexColumn, Words, Words]:
    low, high = (np.ascontiguousarray(side[:, d]) for side in (boxes.low, boxes.high))
    ptr, value, length = kernel.prefixes(low, high, bits)
    masks = np.array([(1 << bits) - (1 << bits - n) for n in range(bits + 1)], dtype=np.uint64)
    return ptr, value, masks[length]


def _kept(words: Words) -> Words:
    words.flags.writeable = False
    return words


def worst_entries(*widths: int) -> int:
    """Entries that one rule with ranges in fields of these widths can take: the product of 2w - 2, and 1 of 1 bit.

    >>> worst_entries(16, 16)
    900
    """
    return prod(max(1, 2 * width - 2) for width in widths)
