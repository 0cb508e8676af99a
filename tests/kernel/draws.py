"""Draws of the kernel in plain Python: SplitMix64 (Steele, Lea & Flood 2014, OOPSLA) of a state and a word."""

from __future__ import annotations

MASK = 2**64 - 1


def mix(state: int, word: int) -> int:
    """The next state."""
    state = ((state ^ word) + 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def unit(word: int) -> float:
    """From 0 to below 1, by the upper 53 bits."""
    return (word >> 11) * 2.0**-53
