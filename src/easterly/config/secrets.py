"""Proof that a rendered file holds no secret: references only, such as the name of a file or of a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from easterly.base.findings import Finding
from easterly.model.outcome import Artifact

HINT = "name the file or the variable that holds it, and leave it there"
PATTERNS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access key": re.compile(
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsu]_[A-Za-z0-9]{36}\b|\bxox[bp]-[0-9A-Za-z-]{10,}"
    ),
    "a token": re.compile(r"\b[Bb]earer +[A-Za-z0-9._~+/-]{16,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."),
    "a hashed password": re.compile(r"\$(?:1|5|6|y|2[aby])\$[./A-Za-z0-9$]{8,}"),
    "credentials in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@$]+@"),
    "a Secret": re.compile(r"^kind: *[\"']?Secret\b", re.M),
}
"""What a secret looks like wherever it stands."""
_NAMED = re.compile(
    r"(?<![\w-])(?:password|passwd|passphrase|secret|pre-shared-key|psk|private-?key|authentication-key|auth-key|"
    r"message-digest-key \d+ md5|key-string|api-?key|snmp-server community|user-password)\b"
    r"[\"']?[ \t]*[:=]?[ \t]*[\"']?([^\s\"';#]+)",
    re.I | re.M,
)
WORDS = {
    "a private key": ("PRIVATE KEY",),
    "an access key": ("AKIA", "ASIA", "gho_", "ghp_", "ghs_", "ghu_", "xoxb-", "xoxp-"),
    "a token": ("earer", "eyJ"),
    "a hashed password": ("$1$", "$5$", "$6$", "$y$", "$2a$", "$2b$", "$2y$"),
    "credentials in an address": ("://",),
    "a Secret": ("Secret",),
}
"""What the patterns cannot match without: texts of a large site are hundreds of megabytes, and nearly all have none."""
_STEMS = ("passw", "passphrase", "secret", "psk", "private", "-key", "key-string", "apikey", "snmp-server", "md5")
_REFERENCE = re.compile(r"^(?:\$\{?[A-Za-z_]\w*\}?|/[\w./-]+|file:\S+|env:\w+|secretKeyRef:?|\{|\[)")
_COMMENT = re.compile(r"^[ \t]*(?:#|!|//).*$", re.M)


def exposed(files: Iterable[Artifact]) -> tuple[Finding, ...]:
    """What looks like a secret in the text of some files (E923).

    Keys, tokens and hashes are known by their looks wherever they stand; behind a word such as ``password`` anything
    counts that is no reference: a path, a variable. What is found is never repeated in the message.

    Parameters
    ----------
    files : iterable of Artifact

    Returns
    -------
    tuple of Finding
    """
    return tuple(
        Finding("E923", "", f"{file.path}:{line}: {what} stands in a rendered file", HINT)
        for file in files for line, what in secrets(file.text)
    )  # fmt: skip


def secrets(text: str) -> Iterator[tuple[int, str]]:
    r"""Line and kind of everything that looks like a secret.

    Examples
    --------
    >>> list(secrets("neighbor 10.0.0.1 password tiger\nssl_certificate_key /etc/key.pem;\n"))
    [(1, 'a password or key')]
    """
    possible = (what for what, words in WORDS.items() if any(word in text for word in words))
    found = [(match.start(), what) for what in possible for match in PATTERNS[what].finditer(text)]
    lower = text.lower()
    if any(stem in lower for stem in _STEMS):
        bare = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
        found += [(m.start(), "a password or key") for m in _NAMED.finditer(bare) if not _REFERENCE.match(m[1])]
    for start, what in sorted(found):
        yield text.count("\n", 0, start) + 1, what
