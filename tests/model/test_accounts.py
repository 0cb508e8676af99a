"""Records of what tenants use: the published schema and the reader take the same, and a plan fills them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.config.access.worlds import world

from easterly.model.accounts import KEYS, Account, json_schema
from easterly.study import accounts, demand

VALIDATOR = Draft202012Validator(json_schema())
COUNTS = ("in_B", "out_B", "in_packets", "out_packets", "marked_packets", "dropped_packets", "addresses")


@st.composite
def made(draw: st.DrawFn) -> Account:
    start = draw(st.integers(0, 2**33))
    counts = {name: draw(st.none() | st.integers(0, 2**70)) for name in COUNTS}
    rest = {"gpu_s": draw(st.none() | st.floats(0, 1e15)), "floor": draw(st.none() | st.floats(0, 1)),
            "predicted": draw(st.none() | st.booleans())}  # fmt: skip
    return Account("acme", "red", draw(st.text()), start, start + draw(st.integers(1, 10**6)), **counts, **rest)


def test_the_schema_is_one_and_has_every_key() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert set(json_schema()["properties"]) == set(KEYS.values())


@given(made())
def test_what_is_written_fits_the_schema_and_is_read_back(account: Account) -> None:
    record = json.loads(json.dumps(account.record()))
    assert list(VALIDATOR.iter_errors(record)) == []
    assert Account.read(record) == account


@pytest.mark.parametrize("change", [
    {"octetDeltaCount": -1}, {"addressesHeld": -5}, {"gpuSeconds": -0.5}, {"promisedShare": 1.5}, {"bytes": 3},
    {"tenant": None},
])  # fmt: skip
def test_what_the_schema_refuses_the_reader_refuses(change: dict[str, Any]) -> None:
    record = {**Account("acme", "red", "", 0, 60, in_B=7).record(), **change}
    record = {key: value for key, value in record.items() if value is not None}
    assert list(VALIDATOR.iter_errors(record))
    with pytest.raises(ValueError, match="account"):
        Account.read(record)


def test_accounts_of_a_plan_add_up_to_what_is_sent() -> None:
    nouns = world()
    made = demand.outgoing(nouns)
    found = list(accounts.predicted(nouns, made, 86_400.0))
    owner = dict(zip(made.demands.work.name.tolist(), made.demands.work.tenant.tolist(), strict=True))
    whose = [owner[name] for name in made.demands.phases.owner[made.demands.flows.phase].tolist()]
    for tenant in ("acme", "beta", "crew", "store"):
        whole = [each for each in found if each.tenant == tenant and not each.traffic_class]
        assert [each.end_s - each.start_s for each in whole] == [86_400] * 7
        assert (whole[0].start_s // 86_400 + 3) % 7 == 0, "a Monday"
        sent = sum(rate for rate, t in zip(made.paced.rate_bps.tolist(), whose, strict=True) if t == tenant)
        assert sum(each.in_B or 0 for each in whole) == pytest.approx(sent * 7 * 86_400 / 8, rel=1e-9)
        assert {each.addresses for each in whole} == {4}, "two hosts with two interfaces"
        assert {each.gpu_s for each in whole} == {4 * 86_400.0}
    assert all(each.predicted and list(VALIDATOR.iter_errors(each.record())) == [] for each in found)
