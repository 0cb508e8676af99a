"""Checks read back."""

from __future__ import annotations

import json

from easterly.model.router import Anycast, Check


def parse(text: str) -> tuple[Anycast, ...]:
    """Read the checks of one router.

    Parameters
    ----------
    text : str
        A file ``anycast/<device>.json``.

    Returns
    -------
    tuple of Anycast

    Raises
    ------
    ValueError
        It is no such file; the message says what is wrong.

    Examples
    --------
    >>> parse('{"services": []}')
    ()
    """
    try:
        rows = json.loads(text)["services"]
        return tuple(Anycast(**{**row, "check": Check(**row["check"]) if row["check"] else None}) for row in rows)
    except (KeyError, TypeError) as error:
        raise ValueError(f"these are no health checks: {error}; write them with `easterly render`") from None
