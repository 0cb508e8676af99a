"""Units of systemd-networkd read back."""

from __future__ import annotations

from easterly.config.networkd.units import Unit


def parse(text: str, name: str = "") -> Unit:
    r"""Read one unit; sections and keys may come more than once, and stay in order (systemd.syntax(7)).

    Parameters
    ----------
    text : str
    name : str
        Name of the file.

    Returns
    -------
    Unit

    Raises
    ------
    ValueError
        A line is neither a section nor a key with a value, or stands before the first section.

    Examples
    --------
    >>> parse("# x\n[Match]\nName=nic0\n").sections
    (('Match', (('Name', 'nic0'),)),)
    """
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    note = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("["):
            sections.append((line.strip("[] "), []))
        elif line.startswith(("#", ";")):
            note = note or line.removeprefix("# ")
        elif line.strip():
            key, equals, value = line.partition("=")
            if not equals or not sections:
                raise ValueError(f"{name or 'unit'}:{number}: {line!r} is no key of a section")
            sections[-1][1].append((key.strip(), value.strip()))
    return Unit(name, note, tuple((section, tuple(lines)) for section, lines in sections))
