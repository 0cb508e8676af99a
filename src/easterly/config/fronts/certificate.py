"""A certificate for checkers: they open the file that a text names, which is on another machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from easterly.config.running import run

_NAMED = re.compile(r"( crt |ssl_certificate |ssl_certificate_key )(/[^\s;]+)")


def substitute(text: str, folder: Path) -> str:
    """A text with its certificates in a folder, made there for this check alone; texts without any stay as they are.

    Parameters
    ----------
    text : str
    folder : Path

    Returns
    -------
    str

    Raises
    ------
    OSError
        There is no ``openssl`` to make one.
    """
    if not _NAMED.search(text):
        return text
    program, key, path = shutil.which("openssl"), folder / "key.pem", folder / "both.pem"
    if program is None:
        raise OSError("no openssl, so no certificate for the check")
    ask = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=check"]
    done = run([program, *ask, "-days", "1", "-keyout", str(key), "-out", str(path)])
    if done.returncode:
        raise OSError(f"openssl made no certificate for the check: {done.stderr.strip()}")
    path.write_text(path.read_text() + key.read_text())
    return _NAMED.sub(lambda found: found[1] + str(path), text)
