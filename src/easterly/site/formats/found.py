"""What is wrong with a file, collected while it is read; a flood of one kind is cut short."""

from __future__ import annotations

from collections import Counter

from easterly.base.findings import Finding, Severity

SHOWN = 20
"""Findings of one code that are shown one by one; the rest is counted."""


class Found:
    """Findings about one file.

    Attributes
    ----------
    file : str
        Name of the file, as the user gave it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._findings: list[Finding] = []
        self._counts: Counter[tuple[str, Severity]] = Counter()

    def error(self, code: str, message: str, *, hint: str = "", at: str = "", line: int | None = None) -> None:
        """Note what stops the import."""
        self._add(Finding(code, at, message, hint, Severity.ERROR, line=line, file=self.file))

    def warning(self, code: str, message: str, *, hint: str = "", at: str = "", line: int | None = None) -> None:
        """Note what was repaired or left out."""
        self._add(Finding(code, at, message, hint, Severity.WARNING, line=line, file=self.file))

    def note(self, code: str, message: str, *, hint: str = "", at: str = "", line: int | None = None) -> None:
        """Note what was assumed."""
        self._add(Finding(code, at, message, hint, Severity.NOTE, line=line, file=self.file))

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(severity is Severity.ERROR for _, severity in self._counts)

    def all(self) -> tuple[Finding, ...]:
        """The findings, in the order of the file, with a line that counts those that were cut."""
        ordered = sorted(self._findings, key=lambda f: (f.line is None, f.line or 0))
        cut = [
            Finding(code, "", f"{count - SHOWN:,} more of these are not shown", "", severity, file=self.file)
            for (code, severity), count in sorted(self._counts.items())
            if count > SHOWN
        ]
        return (*ordered, *cut)

    def _add(self, finding: Finding) -> None:
        kind = (finding.code, finding.severity)
        self._counts[kind] += 1
        if self._counts[kind] <= SHOWN:
            self._findings.append(finding)
