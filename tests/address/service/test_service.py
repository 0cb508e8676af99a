"""The address manager over HTTP: who may, what is answered, what comes again."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.testclient import TestClient

from easterly.address import ipam, service
from easterly.address.ipam.fsck import fsck
from easterly.address.service import allocations, hooks
from easterly.address.service.serve import checked

API = "/api/v1"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[ipam.Store]:
    with ipam.init(tmp_path / "a.db", clock=clock) as made:
        made.one(ipam.AddPool("hosts", "10.0.0.0/24", tenant="acme", lease_s=60.0))
        made.one(ipam.AddPool("others", "10.1.0.0/24", tenant="beta"))
        yield made
        assert fsck(made) == []


@pytest.fixture
def client(store: ipam.Store) -> Iterator[TestClient]:
    """Somebody alone with their own store: no token needed."""
    with TestClient(service.application(store, service.Policy(open_to_all=True, chores=False))) as made:
        yield made


def bearer(store: ipam.Store, name: str, role: str, tenant: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {service.add_token(store, name, role, tenant)[1]}"}


def take(client: TestClient, pool: str = "hosts", status: int = 201, **asked: Any) -> Any:
    answer = client.post(f"{API}/pools/{pool}/allocations", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def addresses(answer: Any) -> list[str]:
    return [each["address"] for each in answer["allocations"]]


def test_a_token_that_is_none_lets_nobody_in(client: TestClient, store: ipam.Store) -> None:
    """Not even where none is asked for: whoever sends one has taken the wrong store, or the wrong token."""
    assert client.get(f"{API}/pools").status_code == 200
    for said in ("Bearer nonsense", "Basic Zm9vOmJhcg=="):
        assert client.get(f"{API}/pools", headers={"Authorization": said}).status_code == 401


def test_next_addresses_and_those_that_are_named(client: TestClient) -> None:
    assert addresses(take(client)) == ["10.0.0.1"]
    assert addresses(take(client, count=3)) == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
    assert addresses(take(client, prefix_length=28)) == ["10.0.0.16/28"]
    assert addresses(take(client, address="10.0.0.100")) == ["10.0.0.100"]
    assert take(client, status=409, address="10.0.0.100")["code"] == "conflict"
    assert take(client, status=409, count=1000)["code"] == "exhausted"
    assert take(client, status=422, address="10.9.0.1")["code"] == "outside"
    assert take(client, status=422, count=0)["code"] == "invalid"
    assert take(client, status=422, cuont=1)["detail"].startswith("body.cuont")
    assert take(client, "nowhere", status=404)["code"] == "unknown"


def test_a_retry_gets_the_same_addresses(client: TestClient) -> None:
    first = take(client, count=2, idempotency_key="job-7")
    again = take(client, status=200, count=2, idempotency_key="job-7")
    assert again["repeated"]
    assert again["allocations"] == first["allocations"]
    assert take(client, status=422, count=3, idempotency_key="job-7")["code"] == "reused-key"
    assert client.get(f"{API}/pools/hosts").json()["used"] == 2


def test_several_at_once(client: TestClient) -> None:
    asked = [{"pool": "hosts"}, {"pool": "nowhere"}, {"pool": "others", "count": 2}, {"pool": "hosts", "count": 999}]
    answers = client.post(f"{API}/allocations", json={"requests": asked}).json()["answers"]
    assert [answer["status"] for answer in answers] == [201, 404, 201, 409]
    assert addresses(answers[0]) == ["10.0.0.1"]
    assert addresses(answers[2]) == ["10.1.0.1", "10.1.0.2"]
    assert answers[3]["code"] == "exhausted"


def test_a_pool_changes_hands(store: ipam.Store, client: TestClient) -> None:
    acme, root = bearer(store, "a", "admin", "acme"), bearer(store, "r", "admin")
    assert client.patch(f"{API}/pools/hosts", json={"tenant": "beta"}, headers=acme).status_code == 403
    assert client.patch(f"{API}/pools/hosts", json={"name": None}, headers=root).status_code == 422
    changed = client.patch(f"{API}/pools/hosts", json={"tenant": "beta", "tags": ["moved"]}, headers=root)
    assert (changed.json()["tenant"], changed.json()["tags"], changed.json()["lease_s"]) == ("beta", ["moved"], 60.0)
    assert client.post(f"{API}/pools/hosts/allocations", json={}, headers=acme).status_code == 404
    stale = client.patch(f"{API}/pools/hosts", json={"role": "x"}, headers={**root, "If-Match": '"old"'})
    assert stale.status_code == 412


def test_leases(client: TestClient, clock: Clock, store: ipam.Store) -> None:
    held = take(client, lease_s=10)["allocations"][0]
    clock.now += 8
    renewed = client.post(f"{API}/allocations/{held['id']}/renew", json={"lease_s": 10}).json()
    assert renewed["until_ms"] == held["until_ms"] + 8000
    clock.now += 11
    assert store.reclaim() == 1
    assert client.get(f"{API}/allocations/{held['id']}").status_code == 404
    assert client.post(f"{API}/allocations/{held['id']}/renew").status_code == 404


def test_giving_back(client: TestClient) -> None:
    held = take(client)["allocations"][0]["id"]
    assert client.delete(f"{API}/allocations/{held}").status_code == 204
    assert client.delete(f"{API}/allocations/{held}").status_code == 404
    assert client.delete(f"{API}/allocations/{(1 << 64) + held}").status_code == 404
    assert client.get(f"{API}/pools/hosts").json()["used"] == 0


def test_versions(client: TestClient) -> None:
    held = take(client, device="leaf-1")["allocations"][0]["id"]
    seen = client.get(f"{API}/allocations/{held}")
    etag = seen.headers["etag"]
    assert client.get(f"{API}/allocations/{held}", headers={"If-None-Match": etag}).status_code == 304
    body = {"device": "leaf-2", "tags": ["b", "a"], "fields": {"rack": "7"}, "mac": "02:00:00:00:00:01"}
    changed = client.put(f"{API}/allocations/{held}", json=body, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["device"], changed.json()["tags"]) == (200, "leaf-2", ["a", "b"])
    late = client.put(f"{API}/allocations/{held}", json={"device": "leaf-3"}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert client.delete(f"{API}/allocations/{held}", headers={"If-Match": etag}).status_code == 412
    assert client.delete(f"{API}/pools/others", headers={"If-Match": '"old"'}).status_code == 412
    assert client.delete(f"{API}/pools/others").status_code == 204
    assert client.get(f"{API}/pools/others").status_code == 404


def test_what_changes_between_the_look_and_the_write(
    client: TestClient, store: ipam.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = take(client, device="leaf-1")["allocations"][0]["id"]
    etag = client.get(f"{API}/allocations/{held}").headers["etag"]
    look = allocations.unchanged_or_leave

    def looked(*args: Any) -> bool:
        found = look(*args)
        store.one(ipam.Edit(held, ipam.About(device="leaf-9")))  # somebody else is quicker
        return found

    monkeypatch.setattr(allocations, "unchanged_or_leave", looked)
    late = client.put(f"{API}/allocations/{held}", json={"device": "leaf-2"}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    monkeypatch.setattr(allocations, "unchanged_or_leave", look)
    now = client.get(f"{API}/allocations/{held}")
    assert now.json()["device"] == "leaf-9"
    etag = now.headers["etag"]
    store.one(ipam.Edit(held, ipam.About(device="leaf-9", interface="e0")))
    assert client.delete(f"{API}/allocations/{held}", headers={"If-Match": etag}).status_code == 412
    assert client.delete(f"{API}/allocations/{held}", headers={"If-Match": "*"}).status_code == 204


def test_errors_of_the_database_tell_no_secrets(store: ipam.Store) -> None:
    with store.engine.begin() as connection:
        refusing = "CREATE TRIGGER no BEFORE INSERT ON hook BEGIN SELECT RAISE(ABORT, 'no'); END"
        connection.exec_driver_sql(refusing)
    with pytest.raises(IntegrityError) as caught:
        hooks.add(store, "dns", "http://127.0.0.1:1/", "a-secret-of-16-or-more")
    assert "a-secret" not in str(caught.value)  # it goes to the log
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER no")


def test_a_database_that_cannot_go_on_is_no_defect(
    store: ipam.Store, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", None, sqlite3.OperationalError("database or disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(ipam.Store, "apply", full)
        answer = client.post(f"{API}/pools/hosts/allocations", json={"idempotency_key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (503, "store")
    assert "INSERT" not in answer.text
    assert not take(client, idempotency_key="k")["repeated"], "nothing was done"


def test_pages_end_where_all_was_told(client: TestClient) -> None:
    take(client, count=7)
    found, url = [], f"{API}/pools/hosts/allocations?limit=3"
    for _ in range(5):
        answer = client.get(url)
        found += [row["address"] for row in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        url = answer.headers["link"].partition("<")[2].partition(">")[0]
    assert found == [f"10.0.0.{n}" for n in range(1, 8)]
    assert client.get(f"{API}/pools/hosts/allocations?after=x").status_code == 422
    assert client.get(f"{API}/pools/hosts/allocations?limit=0").status_code == 422


def test_pools_of_pools_and_their_tree(client: TestClient) -> None:
    made = client.post(f"{API}/pools", json={"name": "rack", "parent": "hosts", "prefix_length": 28})
    assert (made.status_code, made.json()["prefix"]) == (201, "10.0.0.0/28")
    top = client.get(f"{API}/pools?vrf=default").json()["items"]
    assert [(row["name"], row["children"]) for row in top] == [("hosts", 1), ("others", 0)]
    assert [row["name"] for row in client.get(f"{API}/pools?parent=hosts").json()["items"]] == ["rack"]
    held = take(client, "rack")["allocations"][0]["address"]
    around = client.get(f"{API}/holders?address={held}").json()["items"]
    assert [row["kind"] for row in around] == ["pool", "address"]
    assert client.get(f"{API}/holders?address=nonsense").status_code == 422
    one, two = (client.get(f"{API}/pools?limit=1&after={after}").json() for after in ("0", "2"))
    assert (one["items"][0]["name"], one["next"]) == ("hosts", "2")
    assert two["items"][0]["name"] == "others"


def test_the_same_prefix_in_two_tables(client: TestClient) -> None:
    assert client.post(f"{API}/vrfs", json={"name": "blue", "rd": "64512:1", "tenant": "acme"}).status_code == 201
    body = {"name": "blue-hosts", "prefix": "10.0.0.0/24", "vrf": "blue"}
    assert client.post(f"{API}/pools", json=body).status_code == 201
    assert client.post(f"{API}/pools", json={**body, "name": "twice", "vrf": "default"}).status_code == 409
    assert addresses(take(client, "blue-hosts")) == addresses(take(client)) == ["10.0.0.1"]
    assert [row["name"] for row in client.get(f"{API}/vrfs").json()["items"]] == ["blue", "default"]


def test_numbers_beyond_all_ids(client: TestClient) -> None:
    large = 1 << 63
    assert client.post(f"{API}/approvals/{large}/approve").status_code == 404
    assert client.get(f"{API}/allocations/{large}").status_code == 404
    assert client.post(f"{API}/allocations/{large}/renew").status_code == 404
    for path in ("allocations", "pools", "approvals", "audit"):
        assert client.get(f"{API}/{path}?after={large}").status_code == 422, path
    assert client.get(f"{API}/pools/hosts/allocations?after={1 << 128}").status_code == 422
    assert client.get(f"{API}/pools?vrf=default&after=4-{1 << 127}").json()["items"] == []


def test_search(client: TestClient) -> None:
    take(client, mac="02:00:00:00:00:01", dns_name="a.example", tags=["gpu"])
    take(client, mac="02:00:00:00:00:02")
    assert len(client.get(f"{API}/allocations?mac=02:00:00:00:00:02").json()["items"]) == 1
    assert client.get(f"{API}/allocations?tag=gpu").json()["items"][0]["dns_name"] == "a.example"
    assert len(client.get(f"{API}/pools/hosts/allocations?within=10.0.0.2/32").json()["items"]) == 1
    assert client.get(f"{API}/allocations?within=10.0.0.2/32").status_code == 422


def test_tenants_do_not_see_each_other(store: ipam.Store, client: TestClient) -> None:
    acme, beta = bearer(store, "a", "operator", "acme"), bearer(store, "b", "admin", "beta")
    mine = client.post(f"{API}/pools/hosts/allocations", json={}, headers=acme).json()["allocations"][0]
    assert mine["tenant"] == "acme"
    for method, path in (
        ("GET", "pools/hosts"), ("POST", "pools/hosts/allocations"), ("GET", "pools/hosts/allocations"),
        ("GET", f"allocations/{mine['id']}"), ("DELETE", f"allocations/{mine['id']}"), ("GET", "pools/hosts/usage"),
        ("POST", f"allocations/{mine['id']}/renew"), ("GET", "pools/hosts/audit"), ("DELETE", "pools/hosts"),
        ("GET", "pools?parent=hosts"),
    ):  # fmt: skip
        answer = client.request(method, f"{API}/{path}", headers=beta)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown"), (method, path)
    assert client.put(f"{API}/allocations/{mine['id']}", json={}, headers=beta).status_code == 404
    assert [row["name"] for row in client.get(f"{API}/pools", headers=beta).json()["items"]] == ["others"]
    for path in ("allocations", "holders?address=10.0.0.1", "vrfs", "approvals"):
        assert client.get(f"{API}/{path}", headers=beta).json()["items"] == [], path
    stolen = client.post(f"{API}/pools/others/allocations", json={"tenant": "acme"}, headers=beta)
    assert stolen.status_code == 403
    for path, body in (("vrfs", {"name": "x"}), ("tokens", {"name": "x"}),
                       ("pools", {"name": "x", "prefix": "10.2.0.0/24"}),
                       ("pools", {"name": "x", "parent": "others", "prefix_length": 28, "tenant": "acme"}),
    ):  # fmt: skip
        assert client.post(f"{API}/{path}", json=body, headers=beta).status_code == 403, path
    own = client.post(f"{API}/pools", json={"name": "x", "parent": "others", "prefix_length": 28}, headers=beta)
    assert (own.status_code, own.json()["tenant"]) == (201, "beta")
    assert client.get(f"{API}/audit", headers=beta).status_code == 403


def test_roles_and_tokens(store: ipam.Store, client: TestClient) -> None:
    admin, reader = bearer(store, "root", "admin"), bearer(store, "eye", "reader")
    assert client.get(f"{API}/pools").status_code == 401
    assert client.get(f"{API}/pools", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert client.get(f"{API}/health").status_code == 200
    assert client.get(f"{API}/whoami", headers=reader).json() == {"name": "eye", "role": "reader", "tenant": None}
    assert client.post(f"{API}/pools/hosts/allocations", headers=reader).status_code == 403
    made = client.post(f"{API}/tokens", json={"name": "job", "lasts_s": 60}, headers=admin)
    job = {"Authorization": f"Bearer {made.json()['token']}"}
    assert client.post(f"{API}/pools/hosts/allocations", headers=job).status_code == 201
    assert client.post(f"{API}/tokens", json={"name": "job"}, headers=admin).status_code == 409
    assert "token" not in client.get(f"{API}/tokens", headers=admin).json()["items"][0]
    assert client.delete(f"{API}/tokens/job", headers=admin).status_code == 204
    assert client.get(f"{API}/pools", headers=job).status_code == 401
    assert client.delete(f"{API}/tokens/job", headers=admin).status_code == 404


@pytest.mark.parametrize(("name", "value", "status"), [
    ("Origin", "http://evil.example", 403), ("Origin", "null", 403), ("Host", "evil.example:8440", 403),
    ("Origin", "http://127.0.0.1:8440", 201), ("Host", "localhost:8440", 201),
])  # fmt: skip
def test_pages_of_other_sites_do_not_act_for_the_one_user(
    client: TestClient, name: str, value: str, status: int
) -> None:
    body = b'{"name": "x", "prefix": "10.5.0.0/24"}'
    answer = client.post(f"{API}/pools", content=body, headers={name: value, "Content-Type": "text/plain"})
    assert answer.status_code == status


def test_a_token_ends(store: ipam.Store, client: TestClient, clock: Clock) -> None:
    short = {"Authorization": f"Bearer {service.add_token(store, 'short', 'reader', None, 5.0)[1]}"}
    assert client.get(f"{API}/pools", headers=short).status_code == 200
    clock.now += 5
    assert client.get(f"{API}/pools", headers=short).status_code == 401


def test_too_many_requests(store: ipam.Store) -> None:
    policy = service.Policy(open_to_all=True, rate=1.0, burst=2.0, chores=False)
    with TestClient(service.application(store, policy)) as client:
        codes = [client.get(f"{API}/pools").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_approval(client: TestClient, store: ipam.Store) -> None:
    store.one(ipam.AddPool("scarce", "192.0.2.0/28", approval=True))
    asker, boss = bearer(store, "asker", "operator"), bearer(store, "boss", "admin")
    waits = client.post(f"{API}/pools/scarce/allocations", json={"count": 2}, headers=asker)
    assert waits.status_code == 202
    [question] = client.get(f"{API}/approvals", headers=boss).json()["items"]
    assert (question["count"], question["asker"]) == (2, "asker")
    granted = client.post(f"{API}/approvals/{question['id']}/approve", json={"note": "fine"}, headers=boss)
    assert addresses(granted.json()) == ["192.0.2.1", "192.0.2.2"]
    assert client.post(f"{API}/approvals/{question['id']}/reject", headers=boss).status_code == 404
    assert client.get(f"{API}/approvals?state=approved", headers=boss).json()["items"][0]["decider"] == "boss"


def test_hooks_tell_what_happens_until_it_is_heard(client: TestClient, store: ipam.Store, clock: Clock) -> None:
    take(client)
    body = {"name": "dns", "url": "http://127.0.0.1:1/x", "secret": "0123456789abcdef", "pools": ["hosts"]}
    assert client.post(f"{API}/hooks", json=body).status_code == 201
    assert client.post(f"{API}/hooks", json=body).status_code == 409
    assert client.get(f"{API}/hooks").json()["items"][0]["url"] == body["url"]
    heard: list[dict[str, Any]] = []

    def deaf(*_: object) -> None:
        raise OSError

    def hear(url: str, sent: bytes, headers: dict[str, str]) -> None:
        digest = hmac.new(b"0123456789abcdef", sent, hashlib.sha256).hexdigest()
        assert headers["Easterly-Signature"] == f"sha256={digest}"
        heard.extend(json.loads(sent)["events"])

    take(client, count=2)
    take(client, "others")
    assert hooks.deliver(store, deaf) == 0
    assert hooks.deliver(store, hear) == 0  # not yet: it waits after a failure
    clock.now += 2
    assert hooks.deliver(store, hear) == 1
    assert hooks.deliver(store, hear) == 0
    assert [event["change"]["do"] for event in heard] == ["allocate"]
    assert client.delete(f"{API}/hooks/dns").status_code == 204
    assert client.delete(f"{API}/hooks/dns").status_code == 404


def test_a_hook_that_nobody_hears_is_a_failure() -> None:
    with pytest.raises(OSError, match="refused"):
        hooks.post("http://127.0.0.1:1/", b"{}", {})


def test_a_hook_that_speaks_no_http_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=_greet, args=(server,))
        answering.start()
        with pytest.raises(OSError, match="SSH"):  # anything else would keep the other hooks from being told
            hooks.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        answering.join()


def _greet(server: socket.socket) -> None:
    with server.accept()[0] as peer:
        peer.recv(4096)
        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def test_usage_and_audit(client: TestClient, store: ipam.Store, clock: Clock) -> None:
    from easterly.address.ipam import history

    for _ in range(4):
        take(client, count=10)
        history.record(store)
        clock.now += 3600
    told = client.get(f"{API}/pools/hosts/usage").json()
    assert [point["used"] for point in told["points"]] == [10, 20, 30, 40]
    assert told["forecast"]["rate_per_s"] == pytest.approx(10 / 3600)
    entries = client.get(f"{API}/pools/hosts/audit?limit=2").json()
    assert [row["change"]["do"] for row in entries["items"]] == ["add-pool", "allocate"] or entries["next"] == "2"
    assert client.get(f"{API}/audit").json()["items"]


def test_what_is_not_there_and_what_is_not_json(client: TestClient) -> None:
    assert client.get("/nowhere").json()["code"] == "path"
    assert client.patch(f"{API}/pools").status_code == 405
    bad = client.post(f"{API}/pools/hosts/allocations", content=b"{")
    assert (bad.status_code, bad.headers["content-type"]) == (400, "application/problem+json")
    assert client.post(f"{API}/pools/hosts/allocations", content=b" " * (5 << 20)).status_code == 413


@pytest.mark.parametrize(("text", "local"), [("127.0.0.1:80", True), ("[::1]:80", True), ("0.0.0.0:80", False)])
def test_who_reaches_a_listener(store: ipam.Store, text: str, local: bool) -> None:
    listener = service.read_listener(text)
    assert listener.local == local
    if local:
        assert checked(store, listener, service.Policy()).open_to_all
    else:
        with pytest.raises(service.CannotServe, match="no tokens"):
            checked(store, listener, service.Policy())
    service.add_token(store, "one")
    checked(store, listener, service.Policy())


@pytest.mark.parametrize("text", ["80", "localhost", ":80", "127.0.0.1:x", "127.0.0.1:70000"])
def test_no_place_to_listen(text: str) -> None:
    with pytest.raises(service.CannotServe, match="ADDR:PORT"):
        service.read_listener(text)


def test_devices_and_interfaces(client: TestClient) -> None:
    made = client.post(f"{API}/devices", json={"name": "leaf 1", "tenant": "acme", "tags": ["b", "a"]})
    assert (made.status_code, made.headers["location"]) == (201, f"{API}/devices/leaf%201")
    url = f"{API}/devices/leaf%201"
    assert client.get(url).json() == made.json() and made.json()["tags"] == ["a", "b"]
    port = client.post(f"{url}/interfaces", json={"name": "Ethernet1/1", "mac": "02:00:00:00:00:01"})
    assert (port.status_code, port.json()["device"]) == (201, made.json()["id"])
    held = take(client, device="leaf 1", interface="Ethernet1/1")["allocations"][0]
    assert (held["mac"], held["tenant"]) == ("02:00:00:00:00:01", "acme")
    assert take(client, status=404, device="leaf 1", interface="eth9")["code"] == "unknown"
    at = f"{API}/interfaces/{port.json()['id']}"
    etag = client.get(at).headers["etag"]
    assert client.get(at, headers={"If-None-Match": etag}).status_code == 304
    body = {"mac": "02:00:00:00:00:02"}
    changed = client.patch(at, json=body, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "Ethernet1/1")
    assert client.patch(at, json=body, headers={"If-Match": etag}).status_code == 412
    assert client.get(f"{url}/addresses").json()["items"][0]["mac"] == body["mac"]
    etag = client.get(url).headers["etag"]
    renamed = client.patch(url, json={"name": "leaf-1", "fields": {"rack": "7"}}, headers={"If-Match": etag})
    assert (renamed.json()["fields"], renamed.json()["tenant"]) == ({"rack": "7"}, "acme")
    url = f"{API}/devices/leaf-1"
    assert client.delete(url, headers={"If-Match": etag}).status_code == 412
    refused = client.delete(at)
    assert (refused.status_code, refused.json()["code"]) == (409, "in-use")
    assert client.delete(f"{url}?release=true").status_code == 204
    assert client.get(at).status_code == client.get(url).status_code == 404
    assert client.get(f"{API}/pools/hosts").json()["used"] == 0


def test_devices_are_found_and_come_in_pages(client: TestClient) -> None:
    for n in range(5):
        client.post(f"{API}/devices", json={"name": f"n{n}", "tenant": "ab"[n % 2], "tags": ["odd"] if n % 2 else []})
    client.post(f"{API}/devices/n3/interfaces", json={"name": "e", "mac": "02:00:00:00:00:03"})

    def names(query: str) -> list[str]:
        return [row["name"] for row in client.get(f"{API}/devices?{query}").json()["items"]]

    assert names("tag=odd") == ["n1", "n3"] and names("tenant=a&limit=2") == ["n0", "n2"]
    assert names("mac=02:00:00:00:00:03") == ["n3"]
    first = client.get(f"{API}/devices?limit=3")
    assert names(f"after={first.json()['next']}") == ["n3", "n4"] and 'rel="next"' in first.headers["link"]


def test_devices_of_tenants(store: ipam.Store, client: TestClient) -> None:
    acme, beta = bearer(store, "a", "operator", "acme"), bearer(store, "b", "operator", "beta")
    made = client.post(f"{API}/devices", json={"name": "leaf"}, headers=acme).json()
    port = client.post(f"{API}/devices/leaf/interfaces", json={"name": "e0"}, headers=acme).json()["id"]
    assert made["tenant"] == "acme"
    for method, path in (
        ("GET", "devices/leaf"), ("PATCH", "devices/leaf"), ("DELETE", "devices/leaf"), ("GET", f"interfaces/{port}"),
        ("PATCH", f"interfaces/{port}"), ("DELETE", f"interfaces/{port}"), ("GET", "devices/leaf/addresses"),
        ("POST", "devices/leaf/interfaces"),
    ):  # fmt: skip
        body = {"json": {"name": "x"}} if method in ("POST", "PATCH") else {}
        assert client.request(method, f"{API}/{path}", headers=beta, **body).status_code == 404, (method, path)
    assert client.get(f"{API}/devices", headers=beta).json()["items"] == []
    assert client.get(f"{API}/devices?tenant=acme", headers=beta).json()["items"] == []
    mixed = client.post(f"{API}/pools/others/allocations", json={"device": "leaf"}, headers=beta)
    assert (mixed.status_code, mixed.json()["code"]) == (403, "not-owner")
    assert client.patch(f"{API}/devices/leaf", json={"tenant": "beta"}, headers=acme).status_code == 403
    assert client.post(f"{API}/devices", json={"name": "y", "tenant": "acme"}, headers=beta).status_code == 403
    assert client.delete(f"{API}/devices/leaf", headers=acme).status_code == 204


def test_a_tenant_reaches_nobody_elses_addresses_by_the_name_of_a_device(store: ipam.Store, client: TestClient) -> None:
    store.one(ipam.AddPool("infra", "10.2.0.0/24"))
    acme, beta = bearer(store, "a", "operator", "acme"), bearer(store, "b", "operator", "beta")
    head = bearer(store, "r", "admin")
    said = {"device": "core", "interface": "lo0", "mac": "02:00:00:00:00:01"}
    client.post(f"{API}/pools/infra/allocations", json=said, headers=head)
    client.post(f"{API}/pools/hosts/allocations", json={"device": "n1"}, headers=acme)
    for name in ("core", "n1"):  # the first is nobody's by what it says, the second is acme's
        no = client.post(f"{API}/devices", json={"name": name}, headers=beta)
        assert (no.status_code, no.json()["detail"]) == (409, f"the name {name!r} is in use already")
    assert client.post(f"{API}/devices", json={"name": "n1"}, headers=acme).status_code == 201
    client.post(f"{API}/devices", json={"name": "n2"}, headers=beta)
    for no in (  # a device of acme's now: no other words than before
        client.post(f"{API}/devices", json={"name": "n1"}, headers=beta),
        client.patch(f"{API}/devices/n2", json={"name": "n1"}, headers=beta),
    ):
        assert (no.status_code, no.json()["detail"]) == (409, "the name 'n1' is in use already")
    named = client.post(f"{API}/pools/others/allocations", json={"device": "n1"}, headers=beta)
    assert (named.status_code, "acme" in named.text) == (403, False)
    lent = client.post(f"{API}/pools/infra/allocations", json={"device": "n1"}, headers=head).json()["allocations"][0]
    no = client.delete(f"{API}/devices/n1?release=true", headers=acme)
    assert (no.status_code, no.json()["code"]) == (403, "not-owner")
    assert client.delete(f"{API}/allocations/{lent['id']}", headers=head).status_code == 204
    assert client.delete(f"{API}/devices/n1?release=true", headers=acme).status_code == 204


def test_cursors_tell_tenants_nothing_of_each_other(store: ipam.Store, client: TestClient) -> None:
    acme, beta = bearer(store, "a", "operator", "acme"), bearer(store, "b", "operator", "beta")
    client.post(f"{API}/pools/hosts/allocations", json={"dns_name": "secret.example"}, headers=acme)
    mine = client.post(f"{API}/pools/others/allocations", json={"count": 2}, headers=beta).json()["allocations"]
    for path in ("allocations?limit=1&dns_name=secret.example", "approvals?limit=1"):
        assert client.get(f"{API}/{path}", headers=beta).json() == {"items": [], "next": None}, path
    tree = client.get(f"{API}/pools?vrf=default&limit=1", headers=beta).json()
    assert ([row["name"] for row in tree["items"]], tree["next"]) == (["others"], f"4-{0x0A010000}")
    first = client.get(f"{API}/allocations?limit=1", headers=beta).json()
    assert ([row["id"] for row in first["items"]], first["next"]) == ([mine[0]["id"]], str(mine[0]["id"]))


def test_a_vrf_is_removed_once_it_is_empty(client: TestClient) -> None:
    client.post(f"{API}/vrfs", json={"name": "blue"})
    client.post(f"{API}/pools", json={"name": "b", "prefix": "10.0.0.0/24", "vrf": "blue"})
    assert client.delete(f"{API}/vrfs/blue").json()["code"] == "in-use"
    assert client.delete(f"{API}/pools/b").status_code == client.delete(f"{API}/vrfs/blue").status_code == 204
    assert client.delete(f"{API}/vrfs/blue").status_code == 404


TABLE = "address,device,state\n10.0.0.7,n7,held\n10.0.0.8,n8,reserved\n"


def put(client: TestClient, table: str | bytes, media: str = "text/csv", query: str = "pool=hosts", **how: Any) -> Any:
    return client.post(f"{API}/import?{query}", content=table, headers={"Content-Type": media, **how})


def test_tables_come_in_and_go_out(client: TestClient) -> None:
    made = put(client, TABLE)
    assert (made.status_code, made.json()["added"], made.json()["changed"]) == (200, 2, True)
    again = put(client, TABLE, "text/csv; charset=utf-8").json()
    assert (again["added"], again["same"], again["changed"]) == (0, 2, False)
    client.post(f"{API}/devices", json={"name": "n7"})
    for form, media in (("csv", "text/csv"), ("json", "application/json"), ("yaml", "application/yaml")):
        told = client.get(f"{API}/export?format={form}")
        assert told.headers["content-type"].partition(";")[0] == media
        same = put(client, told.content, media, "").json()
        assert (same["same"], same["changed"], same["refused"]) == (2, False, []), form
    assert [row["kind"] for row in client.get(f"{API}/export?format=json").json()] == [
        "pool", "pool", "device", "address", "address",
    ]  # fmt: skip


def test_a_table_that_is_wrong_changes_nothing(client: TestClient) -> None:
    bad = TABLE + "10.0.0.7,n9,held\n10.9.9.9,n9,held\n"
    refused = put(client, bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "rows")
    assert [(row["line"], row["column"]) for row in refused.json()["refused"]] == [(4, "address"), (5, "address")]
    assert client.get(f"{API}/pools/hosts").json()["used"] == 0
    kept = put(client, bad, query="pool=hosts&keep_going=true")
    assert (kept.status_code, kept.json()["added"], kept.json()["refused_count"]) == (200, 2, 2)
    for table, media, status in (
        (b"a,b\n", "text/csv", 400), (b"\xff", "text/csv", 400), (b"{", "application/json", 400),
        (b"x: [", "application/yaml", 400), (b"", "image/png", 415),
    ):  # fmt: skip
        answer = put(client, table, media)
        assert (answer.status_code, "easterly-import" in answer.text) == (status, False), answer.text
    doubled = "".join(f"  n{n}: &n{n} [{f'*n{n - 1}, ' * 9}]\n" for n in range(1, 8))  # 9 ** 8 values in ten lines
    bomb = put(client, f"- address: 10.0.0.7\n  n0: &n0 [{'x, ' * 9}]\n{doubled}", "application/yaml")
    assert bomb.status_code == 400 and bomb.json()["detail"].startswith("line 8: "), bomb.text


def test_a_table_that_is_too_large(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easterly.address.service.tables.LARGEST_B", 1000)
    answer = put(client, TABLE + "#" * 1000)
    assert answer.status_code == 413 and "1000 bytes" in answer.json()["detail"]


def test_tables_are_for_whoever_runs_the_store(store: ipam.Store, client: TestClient) -> None:
    acme, reader = bearer(store, "a", "admin", "acme"), bearer(store, "r", "reader")
    assert put(client, TABLE, **acme).status_code == put(client, TABLE, **reader).status_code == 403
    assert client.get(f"{API}/export", headers=acme).status_code == 403
    assert client.get(f"{API}/export", headers=reader).status_code == 200
