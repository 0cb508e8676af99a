"""Lines of rendered front ends, found again."""

from __future__ import annotations

import re


def found(program: str, text: str, pattern: str, what: str) -> re.Match[str]:
    """The first line of a file that fits a pattern.

    Parameters
    ----------
    program : str
        Whose file it is.
    text, pattern : str
    what : str
        The line in words.

    Raises
    ------
    ValueError
        There is none.
    """
    line = re.search(pattern, text, re.M)
    if line is None:
        raise ValueError(f"no {program} file of a service: it has no line `{what.strip()}`")
    return line
