"""Health checks: what is asked, what an answer changes, what the kernel is told, and numbers that stay."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.address.sites import POOLS, fabric, planned, site
from tests.config.rendered import render, text_of
from tests.config.test_frr_underlays import drafted
from tests.config.underlays import CHECK, TINY, grand

from easterly.config import anycast
from easterly.config.anycast import watch


@pytest.mark.parametrize("fall, rise, answers, told", [
    (3, 2, "1101100010001101", "0100000100000100"),
    (1, 1, "1001", "1101"),
    (2, 3, "0000111000", "0000001010"),
])  # fmt: skip
def test_a_mind_changes_after_so_many_answers_in_a_row(fall, rise, answers, told):
    judge = watch.Judge(fall, rise)
    assert "".join(str(int(judge.hear(answer == "1"))) for answer in answers) == told


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/ready": 204, "/moved": 302, "/ill": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *words):
        pass


def test_services_are_asked_as_stated():
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        said = {
            path: watch.answers({"kind": "http", "port": port, "path": path, "timeout_s": 2.0}, "127.0.0.1")
            for path in ("/ready", "/moved", "/ill", "/none")
        }
        tcp = {"kind": "tcp", "port": port, "path": "", "timeout_s": 2.0}
        assert watch.answers(tcp, "127.0.0.1")
        server.shutdown()
    assert said == {"/ready": True, "/moved": True, "/ill": False, "/none": False}
    assert not watch.answers(tcp, "127.0.0.1")


def test_the_kernel_is_told_of_all_hosts_that_are_well(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(watch, "run", lambda words: told.append(" ".join(words)))
    table = watch.Table()
    for hop, well in (("10.0.0.2", True), ("10.0.0.3", True), ("10.0.0.2", False), ("10.0.0.3", False)):
        table.set("10.66.0.5/32", hop, well)
    table.set("fd00::5/128", "", True)
    table.clear()
    route = "ip -4 route replace 10.66.0.5/32 proto 201"
    assert told == [
        f"{route} via 10.0.0.2", f"{route} nexthop via 10.0.0.2 nexthop via 10.0.0.3", f"{route} via 10.0.0.3",
        "ip -4 route del 10.66.0.5/32 proto 201", "ip address replace fd00::5/128 dev lo",
        "ip address del fd00::5/128 dev lo",
    ]  # fmt: skip


def test_checks_are_read_back_as_drafted():
    spec = grand("bgp")
    configs = render(spec)[2]
    announcing = [router for router in drafted(spec) if router.anycast]
    assert {row.host for router in announcing for row in router.anycast} == {"train-host-15", "train-spine-1"}
    for router in announcing:
        assert anycast.parse(text_of(configs, f"anycast/{router.name}.json")) == router.anycast
        assert all(row.check is not None and row.check.path == "/ready" for row in router.anycast)
    compile(text_of(configs, "anycast/watch.py"), "watch.py", "exec")


@pytest.mark.parametrize("text", ["{}", "[]", '{"services": [{"service": "a"}]}', "no"])
def test_what_is_no_check_is_refused(text):
    with pytest.raises(ValueError):
        anycast.parse(text)


def addresses(*names: str, **more) -> dict[str, str]:
    services = {name: {"block": "vips", "at": ["train-host-0"], "check": CHECK} for name in names}
    spec = site({"train": fabric(count=4, **TINY)}, {**POOLS, "s": "10.66.0.0/24"},
                {"vips": {"inside": "s", "role": "anycast", "hosts": 8}}, anycast=services)  # fmt: skip
    rows = planned(spec, **more).prefixes
    return {owner: prefix for owner, prefix, role in zip(
        rows.owner.tolist(), rows.prefix.tolist(), rows.role.tolist(), strict=True) if role == "anycast"}  # fmt: skip


def test_another_service_takes_no_address_from_one_that_is_there():
    names = [f"s{i}" for i in range(6)]
    found = addresses(*names)
    assert len(set(found.values())) == 6
    assert all(addresses(name)[name].startswith("10.66.0.") for name in names)


def test_a_route_that_cannot_be_yet_is_tried_again(monkeypatch):
    """The program may start before the router's interfaces have their addresses."""
    told, waits, answers = [], [], iter([False, False, True])

    def run(words):
        told.append(words)
        return next(answers)

    class Clock(threading.Event):
        def wait(self, timeout=None):
            if len(waits) == 5:
                self.set()
            waits.append(timeout)
            return self.is_set()

    over = Clock()
    monkeypatch.setattr(watch, "run", run)
    row = {"service": "dns", "prefix": "10.66.0.5/32", "host": "h", "next_hop": "10.0.0.2", "check": None}
    row["drained"] = False
    watch.watch(row, watch.Table(), Path("/nonexistent"), over)
    assert told == [["ip", "-4", "route", "replace", "10.66.0.5/32", "proto", "201", "via", "10.0.0.2"]] * 3
