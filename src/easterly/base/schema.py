"""Annotations that declare an attribute once: its unit, its meaning, and whether the user writes it.

They are read by the YAML reference, the JSON Schema, the form labels and the agreement tests.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of a number, in SI or plain words (``bit/s``, ``B``, ``s``, ``m``, ``1`` for a ratio)."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Doc:
    """Meaning of an attribute, one sentence that ends with a full stop."""

    text: str
