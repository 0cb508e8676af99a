"""Names in the rest of a file whose shape is broken."""

from __future__ import annotations

import pytest

from easterly.base.findings import FindingsError
from easterly.site import load_text

SITE = """
version: 1
site: {name: east1}
hardware:
  switches: {sw64: {ports: 64, rate: 400Gb/s}}
  hosts: {dgx: {gpus: 8, nics: 8, nic_rate: 400Gb/s, scaleup: 3.6Tb/s}}
fabrics:
  train:
    blueprint: leaf-spine
    hosts: {type: dgx, count: 8}
    leaf: {type: sw64, down: 32, up: 32}
    spine: {type: sw64}
tenants: {acme: {vrf: true}}
classes: {bulk: {dscp: 0, share: 100%}}
jobs:
  pre: {tenant: acme, fabric: train, class: bulk, model: llama3-8b, parallel: {tp: 8, dp: 8}, batch: 64}
"""


def found(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    text = SITE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(FindingsError) as error:
        load_text(text)
    return [(f.code, f.at) for f in error.value.findings]


def test_a_broken_quantity_does_not_hide_a_misspelt_tenant() -> None:
    codes = found(("rate: 400Gb/s}}", "rate: 400Gx}}"), ("tenant: acme", "tenant: acne"), ("llama3-8b", "llama3-9b"))
    assert codes == [
        ("E312", "hardware/switches/sw64/rate"),
        ("E211", "jobs/pre/tenant"),
        ("E214", "jobs/pre/model"),
    ]


def test_names_cut_out_with_a_broken_part_are_not_missed() -> None:
    """The switch type and the class go with their broken keys; who uses them is not blamed."""
    assert found(("rate: 400Gb/s}}", "rate: 400Gx}}"), ("dscp: 0", "dscp: 99")) == [
        ("E312", "hardware/switches/sw64/rate"),
        ("E206", "classes/bulk/dscp"),
    ]


def test_a_misspelt_collection_takes_its_names_with_it() -> None:
    assert found(("tenants:", "tennants:")) == [("E201", "tennants")]


def test_where_nothing_is_left_nothing_more_is_said() -> None:
    assert {code for code, _ in found(("fabrics:", "fabrik:"), ("tenant: acme", "tenant: acne"))} <= {"E201", "E202"}
