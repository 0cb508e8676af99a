"""Long flows and short messages at one port: bounds that no transport can escape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base.columns import floats
from easterly.predict.packet import PRESETS, transport
from easterly.predict.packet.sharing import Bottleneck, fairness, sharing

TCP = sorted(name for name, how in PRESETS.items() if how.law not in ("fixed", "open") and not how.lossless)
CLOSED = sorted(name for name, how in PRESETS.items() if how.law not in ("fixed", "open"))
AT = Bottleneck(rate_bps=10e9, delay_s=2e-6, buffer_B=500_000, mark_B=30_000)
FRAME_S = 1500 * 8 / 10e9


@pytest.mark.parametrize("name", TCP)
def test_alone_a_message_takes_its_own_time(name):
    found = sharing(transport(name), AT, long=0, messages=20, duration_s=0.01)
    assert found.message_s == pytest.approx(np.full(20, found.alone_s), rel=1e-9)
    assert (found.utilisation < 0.1, found.fairness, found.drops) == (True, 1.0, 0)


@pytest.mark.parametrize("name", CLOSED)
def test_in_a_class_of_their_own_messages_wait_for_one_frame(name):
    how = transport(name)
    at = Bottleneck(AT.rate_bps, AT.delay_s, AT.buffer_B, AT.mark_B, apart=True)
    found = sharing(how, at, messages=100, duration_s=0.02)
    frame_s = how.packet_B * 8 / at.rate_bps
    # One frame of another class is on the link, at the port and before acknowledgements; messages meet each other, too.
    own_s = 3 * (1000 + how.header_B) * 8 / at.rate_bps
    assert found.alone_s <= found.message_s.min()
    assert found.quantile_s(0.9) <= found.alone_s + frame_s + own_s


@pytest.mark.parametrize("name", TCP)
def test_in_one_queue_messages_wait_for_the_buffer_at_most(name):
    found = sharing(transport(name), AT, messages=100, duration_s=0.05)
    there = np.isfinite(found.message_s) & (found.message_s < 1e-3)  # later ones were dropped, and sent again in time
    assert there.sum() > 50
    assert found.message_s[there].max() <= found.alone_s + AT.buffer_B * 8 / AT.rate_bps + FRAME_S
    assert found.wait_p99_s <= AT.buffer_B * 8 / AT.rate_bps * (1 + 1 / 64)
    assert 0.5 < found.utilisation <= 1 + 1e-9


def test_marks_keep_queues_short_and_drops_do_not():
    marked, dropped = (sharing(transport(name), AT, duration_s=0.1) for name in ("dctcp", "cubic"))
    assert marked.drops == 0 < dropped.drops
    assert marked.wait_mean_s < dropped.wait_mean_s / 5
    assert marked.fairness > 0.95
    assert marked.quantile_s(0.5) < dropped.quantile_s(0.5) / 5


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(0.1, 10))
def test_the_index_of_jain(rates, factor):
    value = fairness(floats(rates))
    assert 1 / len(rates) - 1e-9 <= value <= 1 + 1e-9
    if max(rates) > 1e-3:
        assert fairness(floats(np.array(rates) * factor)) == pytest.approx(value)
    assert fairness(floats([factor] * len(rates) + [0.0] * len(rates))) == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [{"messages": 0}, {"message_B": 0}, {"duration_s": 0.0}, {"long": -1}])
def test_what_is_no_comparison(wrong):
    with pytest.raises(ValueError, match="at least one message"):
        sharing(transport("dctcp"), AT, **wrong)
