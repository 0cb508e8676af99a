"""BIRD's files say what FRR's say, and BIRD's parser takes them and refuses mistakes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.config.rendered import everything, text_of, whole
from tests.config.underlays import SERVICE, VARIANTS, grand
from tests.lab import require

from easterly import config
from easterly.config import bird, frr
from easterly.config.bird.parse import _lists
from easterly.config.bird.words import span
from easterly.config.industry import entries
from easterly.model.outcome import Artifact, DeviceConfigs
from easterly.model.router import Filter, Permit
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered


@cache
def files():
    return rendered(Nouns(everything()), ["bird"])["bird"]


def test_routers_say_what_frrs_files_say():
    """Two dialects, two parsers: numbers, sessions, announced prefixes and filters are the same."""
    for file in files():
        ours, theirs = bird.parse(file.text), frr.parse(text_of(whole()[2], f"frr/{file.device}.conf"))
        for name in ("device", "asn", "router_id", "neighbors", "networks", "uses"):
            assert getattr(ours, name) == getattr(theirs, name), (file.path, name)
        assert {k: v for k, v in theirs.prefix_lists.items() if v} == ours.prefix_lists
        links = {port: a for port, a in theirs.interfaces.items() if port.startswith("swp")}
        assert {port: set(a) for port, a in ours.interfaces.items()} == {port: set(a) for port, a in links.items()}


@given(st.data())
def test_lengths_of_prefixes_are_those_of_prefix_lists(data):
    prefix, most = data.draw(st.sampled_from([("10.0.0.0/8", 32), ("fd00::/16", 128)]))
    length = int(prefix.partition("/")[2])
    low = data.draw(st.none() | st.integers(length + 1, most))
    high = data.draw(st.none() | st.integers(low or length, most))
    permit = Permit(prefix, low, high)
    [line] = entries(Filter("A", 4, (permit,)))
    wanted = line.replace(f" le {most}", "") if low and high == most else line
    assert _lists("A", span(permit))[1] == (wanted,)


def check(text: str):
    [said] = config.validate(DeviceConfigs((Artifact("bird/x.conf", text, "x", "bird", "x"),)))
    return said


def test_bird_takes_every_file():
    require("bird")
    assert [(f.path, said.output) for f in files() if not (said := check(f.text)).ok] == []
    assert check(files()[0].text).validator.startswith("BIRD 2.")


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_bird_takes_every_underlay_that_it_speaks(variant):
    require("bird")
    made = rendered(Nouns(grand(variant)), ["bird"])["bird"]
    first = {file.template: file for file in made}
    assert [(f.path, said.output) for f in first.values() if not (said := check(f.text)).ok] == []
    assert all("false" not in file.text for file in made)
    assert any("protocol ospf v2 ospf4" in file.text for file in made) == ("ospf" in variant)
    assert any("leaf" in file.path for file in made) == ("isis" not in variant)


@pytest.mark.parametrize("old, new", [
    ("router id", "router idd"), ("neighbor 10.", "neighbor 1000."), ("where net ~ SITE4", "where net ~ SITE5"),
    ("merge paths on", "merge path on"), (" as 4", " as four4"),
])  # fmt: skip
def test_mistakes_are_caught(old, new):
    require("bird")
    file = files()[0]
    assert old in file.text
    said = check(file.text.replace(old, new, 1))
    assert said.ok is False and said.output.startswith("bird: bird.conf:")


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_every_router_that_routes_writes_to_its_kernel_and_no_session_is_without_routes(variant):
    for file in rendered(Nouns(grand(variant)), ["bird"])["bird"]:
        assert all(f"protocol kernel kernel{family} " in file.text for family in (4, 6)), file.path
        groups = re.findall(r"^template bgp (\w+) \{\n(.*?)^\}", file.text, re.M | re.S)
        assert all(re.search(r"^    ipv[46] \{", inside, re.M) for _, inside in groups), file.path


def test_both_ends_of_a_link_without_addresses_name_each_other():
    """A range of neighbours makes BIRD wait, and two that wait never meet."""
    own, asked = {}, {}
    for file in rendered(Nouns(grand("bgp-unnumbered")), ["bird"])["bird"]:
        assert "range" not in file.text
        for port, address, end in re.findall(r"^# (\S+) \((fe80::\S+)/64\): (.+)$", file.text, re.M):
            own[f"{file.device} {port}", end] = address
        sessions = re.findall(
            r'description "(.+)";\n    local as \d+;\n    interface "(\S+)";\n    neighbor (\S+) as', file.text
        )
        asked |= {(end, f"{file.device} {port}"): address for end, port, address in sessions}
    assert own == asked and len(own) > 4
    assert all(address != own[there, here] for (here, there), address in own.items())


@pytest.mark.parametrize("variant", ["bgp", "ospf"])
def test_services_of_hosts_are_told_by_way_of_them_unless_they_are_kept_out(variant):
    for drained, wanted in (([], {"train-host-15"}), (["train-host-15"], set())):
        spec = grand(variant, anycast={"dns": {**SERVICE, "at": ["train-host-15"], "drain": drained}})
        made = rendered(Nouns(spec), ["bird"])["bird"]
        ways = {way for file in made for way in re.findall(r" via (\S+?)(?=;| via)", file.text)}
        rows = Nouns(spec).address.value.interfaces
        own = {
            address.partition("/")[0]: device
            for address, device in zip(rows.address.tolist(), rows.device.tolist(), strict=True)
        }
        assert {own[way] for way in ways} == wanted
        service = [line for file in made for line in file.text.splitlines() if "route 10.66." in line]
        assert len(service) == 2 * len(wanted), service  # its interfaces are on two leaves


def test_sessions_over_several_hops_start_from_the_loopback():
    require("bird")
    from easterly.study.rendering import sources

    router = sources(Nouns(everything()), ["bird"]).routers[0]
    [file] = bird.render([replace(router, groups=tuple(replace(g, hops=3) for g in router.groups))])
    said = check(file.text)
    assert (said.ok, said.output) == (True, "")
    assert f"source address {router.loopback(4).partition('/')[0]};" in file.text


def test_what_is_no_router_is_refused():
    with pytest.raises(ValueError, match="no BIRD file"):
        bird.parse("log syslog all;\n")
