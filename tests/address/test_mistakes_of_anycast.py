"""Mistakes in `anycast:` are told with their place and in words that fit."""

from __future__ import annotations

import pytest

from easterly.base.findings import FindingsError
from easterly.site import load_text
from easterly.study.check import check

SITE = """version: 1
site: {name: small}
hardware:
  switches: {sw: {ports: 8, rate: 100Gb/s}}
  hosts: {box: {gpus: 1, nics: 1, nic_rate: 100Gb/s}}
fabrics:
  t: {blueprint: leaf-spine, hosts: {type: box, count: 4}, leaf: {type: sw, down: 2, up: 2}, spine: {type: sw}}
addressing: {pools: {fabric: 10.64.0.0/16, loopback: 10.65.0.0/22}}
anycast:
  dns: {address: [10.66.0.1], at: [t-host-0, t-host-3], check: {port: 53, interval: 1s, timeout: 300ms, path: /ready}}
"""


def found(old: str, new: str) -> list[tuple[str, str, str]]:
    assert SITE.count(old) == 1
    try:
        return [(f.code, f.at, f.message) for f in check(load_text(SITE.replace(old, new)).site)]
    except FindingsError as error:
        return [(f.code, f.at, f.message) for f in error.findings]


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "words"),
    [
        ("at: [t-host-0, t-host-3]", "at: []", "E206", "anycast/dns/at", "must have an entry"),
        ("interval: 1s", "interval: 0s", "E304", "anycast/dns/check/interval", "at least 0.01"),
        ("timeout: 300ms", "timeout: 0ms", "E304", "anycast/dns/check/timeout", "at least 0.01"),
        ("path: /ready", "path: ready", "E205", "anycast/dns/check/path", "is not a path"),
        ("[10.66.0.1]", "[10.66.0.1, 10.66.0.2]", "E525", "anycast/dns/address/1", "two addresses of IPv4"),
        ("check: {", "drain: [t-host-0, t-host-3], check: {", "E526", "anycast/dns/drain", "drained everywhere"),
    ],
)
def test_each_mistake_is_told_once(old: str, new: str, code: str, at: str, words: str) -> None:
    [told] = found(old, new)
    assert told[:2] == (code, at)
    assert words in told[2]


def test_the_site_itself_and_one_address_of_each_family_are_fine() -> None:
    assert found("[10.66.0.1]", "[10.66.0.1, fd00::1]") == []
