"""One thing is one thing wherever things are counted."""

from __future__ import annotations

import pytest

from easterly.base.counts import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 hosts"), (1, "1 host"), (2, "2 hosts"), (1200, "1,200 hosts")])
def test_only_one_is_singular(count: int, said: str) -> None:
    assert counted(count, "host") == said
