"""Lists of prefixes as text: what one line says is what the reader of single prefixes says."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from easterly.address import AddressError, FaultyList, Prefix, Prefixes, read, read_host, read_list
from easterly.address.text import MIXED

SETTINGS = settings(max_examples=150, deadline=None)
PIECES = st.sampled_from([
    "0", "1", "10", "255", "256", "01", "1.2.3.4", "10.0.0.0", "fd00", "FFFF", "12345", ":", "::", ".", "/", "/8", "/0",
    "/32", "/64", "/128", "/129", "/08", "%eth0", "ffff", "g", "-", "/255.0.0.0", "\u0661", "1.2.3", ":0:0:0:0:0:0:0",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6",
])  # fmt: skip


def one(text: str, bare: bool):
    try:
        return read_host(text) if bare and "/" not in text else read(text)
    except AddressError:
        return None


@SETTINGS
@given(st.one_of(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.text("0123456789abcF:./%", min_size=1)),
       st.booleans())  # fmt: skip
@example("1:2:3:4:5:6:7::/128", False)
@example("1:2:3:4:5:6:7:8::/128", False)
@example("::1:2:3:4:5:6:7:8/128", False)
@example("::2:3:4:5:6:7:8/128", False)
@example("1::3:4:5:6:7:1.2.3.4/128", False)
@example("1::4:5:6:7:1.2.3.4/128", False)
@example("1:2:3:4:5:6:1.2.3.4", True)
@example("::", True)
@example(":::", True)
@example("::1.2.3.4/128", False)
@example("0.0.0.0/", True)
def test_a_line_is_read_as_a_single_prefix_is(text, bare):
    wanted = one(text, bare)
    if wanted is not None:
        assert [*read_list(text, bare=bare).prefixes] == [wanted]
        return
    with pytest.raises(FaultyList) as caught:
        read_list(text, bare=bare)
    [fault] = caught.value.faults
    assert (fault.line, fault.column) == (1, 1) and fault.hint and fault.message


@SETTINGS
@given(
    st.lists(
        st.tuples(st.sampled_from([4, 6]), st.integers(0, 2**128 - 1), st.integers(0, 128), st.booleans()), max_size=6
    ),
    st.sampled_from([0, *(upper << 32 for upper in MIXED)]),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_what_is_written_is_read_back(rows, upper, zeros):  # fmt: skip
    """With runs of zero groups, and with IPv4 in IPv6."""
    mask = sum(0xFFFF << 16 * i for i, zero in enumerate(zeros) if not zero)
    made = []
    for family, number, length, embedded in rows:
        bits = 32 if family == 4 else 128
        host = bits - min(length, bits)
        number = (upper | number % 2**32 if embedded and family == 6 else number & mask) % 2**bits >> host << host
        made.append(str(Prefix(family, number, bits - host)))
    listed = read_list("\n".join(made))
    assert listed.prefixes.text() == made
    assert [*listed.prefixes] == [read(text) for text in made]


def test_remarks_and_empty_lines_count_as_lines():
    listed = read_list("# mine\n\n 10.0.0.0/8 # private\r\n\t\nfd00::/8")
    assert listed.prefixes.text() == ["10.0.0.0/8", "fd00::/8"] and listed.line.tolist() == [3, 5]
    assert read_list("10.0.0.1\n::1/128", bare=True).prefixes.text(bare=True) == ["10.0.0.1", "::1"]
    assert len(read_list("").prefixes) == len(read_list(b"\n#\n").prefixes) == 0


def test_faults_are_located():
    with pytest.raises(FaultyList) as caught:
        read_list("10.0.0.0/8\n  10.0.0.1/8 # a\n\n010.0.0.0/8\nfe80::1%eth0/64\nx\xe9\n10.0.0.0\n")
    found = [(fault.line, fault.column, fault.code) for fault in caught.value.faults]
    assert found == [(2, 3, "E511"), (4, 1, "E512"), (5, 1, "E510"), (6, 1, "E510"), (7, 1, "E510")]
    assert caught.value.count == 5 and str(caught.value).startswith("line 2: '10.0.0.1/8' has bits set")
    with pytest.raises(FaultyList) as caught:
        read_list("x\n" * 5000)
    assert len(caught.value.faults) == 1000 and caught.value.count == 5000


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"10.0.0.0/8\x00", b"\x00", b"10.0.0.0/8,", b"/", b"10.0.0.0/8 10.0.0.0/9"]
)
def test_what_is_no_text_is_no_prefix(data):
    with pytest.raises(FaultyList):
        read_list(data)


def test_a_prefix_of_another_width_is_refused():
    with pytest.raises(ValueError, match="no prefix"):
        Prefixes.of_family(4, [1], [0], [8]).text()
