"""The page of each code: what it means, why it matters, an example, the fix."""

from __future__ import annotations

from importlib.resources import files

from easterly.base.findings import did_you_mean

HEADINGS = ("What", "Why", "Example", "Fix")


def codes() -> tuple[str, ...]:
    """All codes that have a page, sorted."""
    names = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


def page(code: str) -> str:
    """Markdown of the page of a code, in any case.

    Raises
    ------
    KeyError
        If there is no such code; the message says which is near.

    Examples
    --------
    >>> page("e312").splitlines()[0]
    '# E312: not a rate'
    """
    wanted = code.strip().upper()
    known = codes()
    if wanted not in known:
        raise KeyError(f"no finding has the code {code!r}; {did_you_mean(wanted, known)}")
    return files(__package__).joinpath(f"{wanted}.md").read_text(encoding="utf-8")
