"""Front ends: what is rendered is read back equal, the real programs take it, and they refuse mistakes."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.address.sites import fabric, site
from tests.lab import require

from easterly.config import haproxy, nginx, validate
from easterly.config.fronts import front as fronting
from easterly.config.fronts.front import Front, Server
from easterly.config.fronts.servers import HEALTH
from easterly.config.haproxy import check as haproxy_check
from easterly.config.nginx import check as nginx_check
from easterly.model.outcome import DeviceConfigs
from easterly.model.spec.service import Service
from easterly.study.nouns import Nouns
from easterly.study.rendering import rendered

CHAT = {
    "class": "bulk", "model": "llama3-8b", "mode": "aggregated", "tp": 1, "replicas": {"both": 3},
    "load": {"requests": "4/s", "prompt": 100, "output": 50},
}  # fmt: skip

ports = st.integers(1, 65535)
servers = st.lists(
    st.builds(
        Server, st.just(""), st.ip_addresses().map(str), ports, st.integers(0, 256)
    ), min_size=1, max_size=6,
).map(lambda found: tuple(s._replace(name=f"r{i}") for i, s in enumerate(found)))  # fmt: skip
times = st.integers(1, 10**7)
fronts = st.builds(
    Front, name=st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True), listen=ports,
    certificate=st.sampled_from(["", "/etc/ssl/site.pem"]), http2=st.booleans(),
    balance=st.sampled_from(["least-connections", "round-robin"]),
    check=st.sampled_from(["", "/health", "/v2/health/ready"]),
    every_ms=times, connect_ms=times, queue_ms=times, idle_ms=times, kept=st.integers(1, 10**6), servers=servers,
).map(lambda f: replace(f, http2=f.http2 and bool(f.certificate)))  # fmt: skip


@settings(max_examples=30)
@given(fronts)
def test_what_is_rendered_is_read_back_equal(front):
    [file] = haproxy.render([front])
    assert haproxy.parse(file.text) == front
    [file] = nginx.render([front])
    assert nginx.parse(file.text) == nginx.fit(front)


@pytest.mark.parametrize("text", ["", "frontend a\n", "events {}\n"])
def test_what_is_no_front_end_is_refused(text):
    with pytest.raises(ValueError, match="no HAProxy file"):
        haproxy.parse(text)
    with pytest.raises(ValueError, match="no nginx file"):
        nginx.parse(text)


TLS = Front(
    "chat", 443, "/etc/ssl/site.pem", True, "least-connections", "/health", 2000, 1000, 500, 90_000, 32,
    (Server("r0", "10.0.0.1", 8000, 100), Server("r1", "fd00::1", 8001, 0)),
)  # fmt: skip
PLAIN = replace(TLS, certificate="", http2=False, balance="round-robin", listen=80)


def checked(file):
    [said] = validate(DeviceConfigs((file,)))
    return said


@pytest.mark.parametrize("front", [TLS, replace(TLS, http2=False), PLAIN, replace(PLAIN, check="")], ids=str)
def test_the_real_programs_take_every_form(front):
    require("haproxy"), require("nginx")
    for render, name in ((haproxy.render, "HAProxy"), (nginx.render, "nginx")):
        said = checked(*render([front]))
        assert (said.ok, said.output) == (True, "") and said.validator.startswith(f"{name} ")


@settings(max_examples=4)
@given(fronts)
def test_the_real_programs_take_whatever_is_rendered(front):
    for program, render in (("haproxy", haproxy.render), ("nginx", nginx.render)):
        if shutil.which(program, path="/usr/sbin:/usr/bin"):
            said = checked(*render([front]))
            assert said.ok, said.output


@pytest.mark.parametrize("render, old, new, word", [
    (haproxy.render, "weight 100", "weight 300", "weight"),
    (haproxy.render, "timeout queue 500ms", "timeout queue soon", "timeout queue"),
    (haproxy.render, "default_backend chat", "default_backend chatt", "chatt"),
    (haproxy.render, "balance leastconn", "balance leastcon", "leastcon"),
    (haproxy.render, "alpn h2", "alpns h2", "alpns"),
    (nginx.render, "weight=100", "weight=ten", "weight=ten"),
    (nginx.render, "fail_timeout=2s", "fail_timeout=2000ms", "fail_timeout"),
    (nginx.render, "http://chat;", "https//chat;", "invalid URL prefix"),
    (nginx.render, "keepalive 32", "keep_alive 32", "keep_alive"),
    (nginx.render, "    }\n}\n", "    }\n", "unexpected end of file"),
])  # fmt: skip
def test_the_real_programs_refuse_mistakes(render, old, new, word):
    require("haproxy"), require("nginx")
    [file] = render([TLS])
    assert old in file.text
    said = checked(replace(file, text=file.text.replace(old, new)))
    assert said.ok is False and word in said.output
    assert "/tmp" not in said.output and "/etc/ssl" not in said.output


def test_without_the_programs_nothing_is_called_good(monkeypatch):
    monkeypatch.setattr("easterly.config.running.shutil.which", lambda *args, **kwargs: None)
    for module in (haproxy_check, nginx_check):
        module.checker.cache_clear()
    said = [checked(*render([PLAIN])) for render in (haproxy.render, nginx.render)]
    for module in (haproxy_check, nginx_check):
        module.checker.cache_clear()
    assert [(v.validator, v.ok) for v in said] == [("not validated", None)] * 2


def test_without_openssl_a_file_with_a_certificate_is_not_called_bad(monkeypatch):
    program = require("haproxy")
    monkeypatch.setattr("easterly.config.fronts.certificate.shutil.which", lambda name: None)
    said = haproxy_check.Checker(program, "HAProxy").check(*haproxy.render([TLS]))
    assert (said.validator, said.ok) == ("not validated", None) and "openssl" in said.output


def plan(**front):
    more = {"front": front} if front else {}
    return Nouns(site({"train": fabric(count=4)}, services={"chat": {**CHAT, **more}}))


def of(nouns, software):
    module = haproxy if software == "haproxy" else nginx
    return [module.parse(file.text) for file in rendered(nouns, [software])[software]]


def test_replicas_are_where_the_plan_puts_them():
    """Two replicas of one GPU on the first host, at its two interfaces, and one on the second."""
    nouns = plan()
    [front] = of(nouns, "haproxy")
    rows = nouns.address.value.interfaces
    address = {
        (device, port): text.partition("/")[0]
        for device, port, text in zip(rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), strict=True)
        if ":" not in text
    }
    wanted = [("train-host-0", "nic0", 8000), ("train-host-0", "nic1", 8001), ("train-host-1", "nic0", 8000)]
    assert [(s.address, s.port) for s in front.servers] == [(address[host, nic], port) for host, nic, port in wanted]
    assert {s.weight for s in front.servers} == {100} and front.listen == 80 and front.check == "/health"


def test_a_service_without_a_front_has_both_and_one_with_a_front_only_its_own():
    assert len(of(plan(), "haproxy")) == len(of(plan(), "nginx")) == 1
    named = plan(software="nginx")
    assert (len(of(named, "haproxy")), len(of(named, "nginx"))) == (0, 1)


def test_what_is_stated_is_what_is_written():
    [front] = of(plan(weights=[0, 200, 50], tls={"certificate": "/etc/x.pem"}, server="triton", idle="3s"), "haproxy")
    assert [s.weight for s in front.servers] == [0, 200, 50]
    assert (front.certificate, front.http2, front.listen) == ("/etc/x.pem", True, 443)
    assert (front.check, front.idle_ms) == (HEALTH["triton"][0], 3000)


@pytest.mark.parametrize("quantile, times", [(0.99, 3), (0.9, 6), (0.999, 2), (0.5, 20), (0.999999, 1)])
def test_patience_cuts_off_one_answer_in_a_million(quantile, times):
    """An exponential time whose quantile q is m exceeds k m with probability (1 - q)**k."""
    assert times == math.ceil(round(math.log(1e-6) / math.log1p(-quantile), 9))
    promised = {"ttft": {"max": "2s", "quantile": quantile}, "itl": {"max": "10ms"}}
    service = Service.model_validate({**CHAT, "slo": promised})
    assert fronting.idle_of(service, True, 9.0, 0.5, 9.0) == pytest.approx(2 * times)
    assert fronting.idle_of(service, False, 9.0, 0.5, 9.0) == pytest.approx(2 * times + 14 * 50 * 0.01)


def test_patience_where_nothing_is_known():
    assert fronting.idle_of(Service.model_validate(CHAT), False, math.inf, 0.99, math.nan) == fronting.UNKNOWN_S
