"""What a tenant may learn of devices that are not theirs: that a name is taken. On both stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from easterly.address import ipam, service

API = "/api/v1"
MAC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:99"


@pytest.fixture
def client(store: ipam.Store) -> Iterator[TestClient]:
    """A pool of acme's, and a device of nobody's, of beta's and of acme's, each with an interface."""
    store.one(ipam.AddPool("hosts", "10.0.0.0/24", tenant="acme"))
    store.one(ipam.AddPool("asked", "10.1.0.0/24", tenant="acme", approval=True))
    for name, tenant in (("core", None), ("theirs", "beta"), ("mine", "acme")):
        store.one(ipam.AddDevice(name, tenant))
        store.one(ipam.AddInterface(name, "lo0", MAC))
    with TestClient(service.application(store, service.Policy(chores=False))) as made:
        yield made


def bearer(store: ipam.Store, role: str, tenant: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {service.add_token(store, f'{role} {tenant}', role, tenant)[1]}"}


def test_a_tenant_learns_nothing_of_a_device_that_is_not_theirs(store: ipam.Store, client: TestClient) -> None:
    """Whichever interface is named, the answer is the same: it tells neither its name nor its MAC address."""
    acme, admin = bearer(store, "operator", "acme"), bearer(store, "admin")

    def take(pool: str = "hosts", **said: Any) -> Any:
        return client.post(f"{API}/pools/{pool}/allocations", json=said, headers=acme)

    for device in ("core", "theirs"):
        tries = [{}, {"interface": "lo0"}, {"interface": "eth9"}, {"interface": "lo0", "mac": OTHER}]
        answers = [take(device=device, **more) for more in tries]
        assert {(a.status_code, a.json()["code"], a.json()["detail"]) for a in answers} == {
            (403, "not-owner", f"device {device} is not acme's, and the address would be")
        }
        assert not any(word in a.text for a in answers for word in (MAC, "lo0", "beta"))
    own = take(device="mine", interface="lo0").json()["allocations"][0]
    assert (own["mac"], own["tenant"]) == (MAC, "acme")
    put = client.put(f"{API}/allocations/{own['id']}", json={"device": "core", "interface": "lo0"}, headers=acme)
    assert (put.status_code, MAC in put.text) == (403, False)
    waits = take("asked", device="core", interface="lo0")
    assert waits.status_code == 202
    decided = client.post(f"{API}/approvals/{waits.json()['id']}/approve", json={}, headers=admin)
    assert (decided.status_code, decided.json()["code"]) == (403, "not-owner")


def test_whoever_runs_the_store_may_give_a_tenant_an_address_of_a_device_of_nobodys(
    store: ipam.Store, client: TestClient
) -> None:
    """The tenant sees what their own address says, and may change all of it but where it is."""
    acme, admin = bearer(store, "operator", "acme"), bearer(store, "admin")
    given = {"device": "core", "interface": "lo0", "tenant": "acme"}
    held = client.post(f"{API}/pools/hosts/allocations", json=given, headers=admin).json()["allocations"][0]
    url = f"{API}/allocations/{held['id']}"
    assert client.get(url, headers=acme).json()["mac"] == MAC
    said = {"device": "core", "interface": "lo0", "tags": ["x"]}
    assert client.put(url, json=said, headers=acme).json()["tags"] == ["x"]
    assert client.put(url, json={**said, "interface": "lo1"}, headers=acme).status_code == 403
    assert client.put(url, json={"dns_name": "a.example"}, headers=acme).status_code == 200
    assert client.put(url, json=said, headers=acme).status_code == 403  # it is no longer there
