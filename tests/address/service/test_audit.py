"""Who let whom in: tokens and hooks in the administration's audit. On both stores."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from easterly.address import ipam, service
from easterly.address.ipam import copy, pages, schema
from easterly.address.ipam.connect import writing
from easterly.address.ipam.feed import news
from easterly.address.ipam.fsck import fsck
from easterly.address.service import hooks

API = "/api/v1"
SECRET = "a-secret-of-16-or-more"
HOOK = "https://me:word@hooks.example:8443/services/T0/sesame?key=open"


def told(store: ipam.Store) -> list[dict[str, object]]:
    """Changes of the administration's chain."""
    return [entry.change for entry in pages.all_entries(store, 0)]


def test_tokens_and_hooks_are_told_and_nothing_secret_of_them(store: ipam.Store, tmp_path: Path) -> None:
    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    made = service.add_token(store, "root", "admin", actor="ann")[1]
    head = {"Authorization": f"Bearer {made}"}
    with TestClient(service.application(store, service.Policy(chores=False))) as client:
        body = {"name": "ci", "role": "reader", "tenant": "acme", "lasts_s": 60}
        other = client.post(f"{API}/tokens", json=body, headers=head).json()["token"]
        asked = {"name": "dns", "url": HOOK, "secret": SECRET, "pools": ["p"]}
        assert client.post(f"{API}/hooks", json=asked, headers=head).status_code == 201
        assert client.post(f"{API}/hooks", json=asked, headers=head).status_code == 409
        assert fsck(store) == []
        for path in ("tokens/ci", "hooks/dns"):
            assert client.delete(f"{API}/{path}", headers=head).status_code == 204
            assert client.delete(f"{API}/{path}", headers=head).status_code == 404
        shown = client.get(f"{API}/audit", headers=head)
    changes = told(store)
    assert [each["change"] for each in shown.json()["items"]] == changes
    assert [(c["do"], c["by"]) for c in changes[-5:]] == [
        ("add-token", "ann"), ("add-token", "root"), ("add-hook", "root"), ("remove-token", "root"),
        ("remove-hook", "root"),
    ]  # fmt: skip
    now = store.now_ms()
    assert changes[-4]["token"] == {
        "id": 2, "name": "ci", "role": "reader", "tenant": "acme", "since_ms": now, "until_ms": now + 60_000,
    }  # fmt: skip
    assert changes[-3]["hook"] == {"name": "dns", "to": "https://hooks.example:8443", "pools": [2]}
    assert not any(word in shown.text for word in (made, other, SECRET, "word", "sesame", "open", "digest"))
    copy.backup(store, tmp_path / "backup.db")
    with ipam.open(tmp_path / "backup.db") as saved:
        assert fsck(store) == fsck(saved) == [] and told(saved) == changes


def test_a_new_hook_is_not_told_of_itself(store: ipam.Store) -> None:
    hooks.add(store, "dns", HOOK, SECRET)
    assert news(store, hooks.reader_of("dns")) == []
    service.add_token(store, "late")
    assert [entry.change["do"] for entry in news(store, hooks.reader_of("dns"))] == ["add-token"]


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ("INSERT INTO token (id, name, digest, role, since_ms) VALUES (9, 'x', 'x', 'admin', 0)", "token x"),
        ("UPDATE token SET role = 'admin'", "token ci"),
        ("DELETE FROM token", "token ci"),
        ("UPDATE hook SET url = 'https://elsewhere.example/'", "hook dns"),
        ("UPDATE hook SET pools = '[]'", "hook dns"),
    ],
)
def test_who_comes_in_past_the_audit_is_found(store: ipam.Store, done: str, said: str) -> None:
    service.add_token(store, "ci", "reader")
    hooks.add(store, "dns", HOOK, SECRET, [7])
    assert fsck(store) == []
    with writing(store.engine) as connection:
        connection.exec_driver_sql(done)
    assert fsck(store) == [f"{said} is not what the audit says"]


def test_a_store_of_before_tells_what_it_has_once_it_is_brought_up_to_date(
    place: str, clock: Callable[[], float]
) -> None:
    with ipam.init(place, clock=clock) as store:
        store.one(ipam.AddPool("p", "10.0.0.0/24"))
        with writing(store.engine) as connection:
            token = {"id": 1, "name": "old", "digest": b"x", "role": "admin", "tenant": None, "since_ms": 5}
            connection.execute(schema.token.insert(), token)
            hook = {"name": "dns", "url": HOOK, "secret": SECRET, "pools": "[2]", "failures": 0, "next_ms": 0}
            connection.execute(schema.hook.insert(), hook)
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    with pytest.raises(ipam.StoreError, match="run `init` once"):
        ipam.open(place)
    for _ in range(2):  # the second time does nothing
        with ipam.init(place, clock=clock) as store:
            assert fsck(store) == []
            *_, first, second = told(store)
            assert first["token"] == {
                "id": 1, "name": "old", "role": "admin", "tenant": None, "since_ms": 5, "until_ms": None,
            }  # fmt: skip
            assert second["hook"] == {"name": "dns", "to": "https://hooks.example:8443", "pools": [2]}
            assert SECRET not in json.dumps(told(store))
    with ipam.init(place, clock=clock) as store:
        assert service.add_token(store, "new")[0] == 2 and fsck(store) == []
