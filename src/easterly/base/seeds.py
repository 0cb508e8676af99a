"""Counter-based randomness: a stream is named by (seed, entity), so adding one disturbs no other."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mix(*words: int) -> int:
    """Mix integers into one 64-bit value (SplitMix64 finaliser, Steele et al. 2014, OOPSLA).

    >>> mix(1, 2) == mix(1, 2) != mix(2, 1)
    True
    """
    state = 0
    for word in words:
        state = (state ^ (word & _MASK)) + 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def stream(seed: int, entity: str) -> int:
    """Seed of the stream of one named entity."""
    words = entity.encode()
    return mix(seed, len(words), *(int.from_bytes(words[i : i + 8], "little") for i in range(0, len(words), 8)))
