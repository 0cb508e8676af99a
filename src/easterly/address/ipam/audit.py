"""The audit: hash chains of canonical texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from easterly.address.ipam.nouns import Entry, canonical

START = bytes(32)
"""Hash before the first entry of a chain."""


def chained(chain: int, entries: int, head: bytes, at_ms: int, changes: Iterable[dict[str, Any]]) -> list[Entry]:
    """Entries for some changes, after a chain of so many entries with that last hash.

    >>> [first, second] = chained(1, 0, START, 5, [{"do": "a"}, {"do": "b"}])
    >>> second.seq, second.hash == hashlib.sha256(first.hash + second.text.encode()).digest()
    (2, True)
    """
    made = []
    for seq, change in enumerate(changes, entries + 1):
        text = canonical({"at": at_ms, **change})
        head = hashlib.sha256(head + text.encode()).digest()
        made.append(Entry(chain, seq, at_ms, text, head))
    return made


def broken(entries: Iterable[Entry], head: bytes = START, seq: int = 0) -> Iterator[str]:
    """What is wrong with consecutive entries of one chain, after one with number `seq` and hash `head`.

    >>> [first] = chained(1, 0, START, 5, [{"do": "a"}])
    >>> list(broken([first])), list(broken([Entry(1, 1, 5, first.text + " ", first.hash)]))
    ([], ['audit entry 1 of chain 1 was changed: its hash is not that of its text and of the entry before'])
    """
    for entry in entries:
        if entry.seq != seq + 1:
            yield f"audit entry {seq + 1} of chain {entry.chain} is missing"
        elif hashlib.sha256(head + entry.text.encode()).digest() != entry.hash:
            yield (
                f"audit entry {entry.seq} of chain {entry.chain} was changed: "
                "its hash is not that of its text and of the entry before"
            )
        elif entry.change.get("at") != entry.at_ms:
            yield f"audit entry {entry.seq} of chain {entry.chain} has another time than its text"
        head, seq = entry.hash, entry.seq
