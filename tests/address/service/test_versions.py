"""`If-Match` where many write at once: nobody writes over what they have not read. On both stores."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from easterly.address import ipam, service
from easterly.address.ipam import devices, pages

API = "/api/v1"
WRITERS, TURNS = 4, 3


@pytest.fixture
def client(store: ipam.Store) -> Iterator[TestClient]:
    store.one(ipam.AddPool("hosts", "10.0.0.0/24"))
    store.one(ipam.AddDevice("leaf"))
    store.one(ipam.AddInterface("leaf", "e0"))
    with TestClient(service.application(store, service.Policy(open_to_all=True, chores=False))) as made:
        yield made


def urls(client: TestClient) -> list[str]:
    """Of a pool, a device, and an interface."""
    port = client.get(f"{API}/devices/leaf").json()["interfaces"][0]["id"]
    return [f"{API}/pools/hosts", f"{API}/devices/leaf", f"{API}/interfaces/{port}"]


def count_up(client: TestClient, url: str, start: threading.Barrier) -> None:
    """Read a number and write the next one, so often; anew where somebody was quicker."""
    start.wait()
    for _ in range(TURNS):
        status = 412
        while status == 412:
            seen = client.get(url)
            fields = {"n": str(int(seen.json().get("fields", {}).get("n", 0)) + 1)}
            answer = client.patch(url, json={"fields": fields}, headers={"If-Match": seen.headers["etag"]})
            status = answer.status_code
        assert status == 200, answer.text


def test_nobody_writes_over_what_they_have_not_read(client: TestClient) -> None:
    for url in urls(client):
        start = threading.Barrier(WRITERS)
        with ThreadPoolExecutor(WRITERS) as pool:
            done = [pool.submit(count_up, client, url, start) for _ in range(WRITERS)]
        assert [each.exception() for each in done] == [None] * WRITERS
        assert client.get(url).json()["fields"] == {"n": str(WRITERS * TURNS)}, url


def test_the_store_compares_where_it_writes(store: ipam.Store, client: TestClient) -> None:
    """By name and by id; what is only of the audit, as a lease that is renewed, is no other version."""
    held = store.one(ipam.Allocate("hosts", lease_s=60.0)).allocations[0]
    pool, device = pages.pool(store, "hosts"), devices.device(store, "leaf")
    assert pool is not None and device is not None
    [part] = devices.interfaces(store, [device.id])[device.id]
    whole = (device, (part,))
    store.apply([ipam.Renew(held.id, 600.0), ipam.Release(store.one(ipam.Allocate("hosts")).allocations[0].id)])
    assert store.one(ipam.EditPool("hosts", {}, seen=pool)).ok
    assert store.one(ipam.EditDevice("leaf", {}, seen=whole)).ok
    assert store.one(ipam.EditInterface(part.id, {}, seen=part)).ok
    changed: list[tuple[ipam.Request, Callable[..., ipam.Request], dict[str, Any]]] = [
        (ipam.Allocate("hosts"), ipam.EditPool, {"pool": "hosts", "values": {"role": "x"}, "seen": pool}),
        (ipam.EditPool("hosts", {"role": "y"}), ipam.RemovePool, {"pool": "hosts", "seen": pool}),
        (ipam.EditInterface(part.id, {"tags": ("a",)}), ipam.RemoveInterface, {"id": part.id, "seen": part}),
        (ipam.EditInterface(part.id, {"mac": None}), ipam.EditInterface, {"id": part.id, "values": {}, "seen": part}),
        (ipam.AddInterface("leaf", "e1"), ipam.EditDevice, {"device": "leaf", "values": {}, "seen": whole}),
        (ipam.EditDevice("leaf", {"tags": ("c",)}), ipam.RemoveDevice, {"device": device.id, "seen": whole}),
    ]  # fmt: skip
    for other, late, named in changed:
        assert store.one(other).ok
        no = store.one(late(**named)).refusal
        assert no is not None and no.code == "changed", late
    assert client.get(f"{API}/devices/leaf").json()["tags"] == ["c"]
