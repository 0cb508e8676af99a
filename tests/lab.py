"""What tests of real parts need: a program, a right. Absence is a skip with its reason, or a failure on request."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

DAEMONS = "/usr/lib/frr:/usr/local/sbin:/usr/libexec/frr"


def require(program: str) -> str:
    """Path of a program; skips where it is absent, fails where ``EASTERLY_REQUIRE_LAB=1``."""
    path = shutil.which(program) or shutil.which(program, path=DAEMONS)
    if path is None:
        absent(f"{program} is not installed")
    assert path is not None
    return path


def require_root(*programs: str) -> None:
    """The right to make network namespaces, and programs to use in them."""
    if os.geteuid() != 0:
        absent("network namespaces need root")
    for program in programs:
        require(program)


def absent(reason: str) -> NoReturn:
    """Skip with the reason; fail where ``EASTERLY_REQUIRE_LAB=1``."""
    if os.environ.get("EASTERLY_REQUIRE_LAB") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
