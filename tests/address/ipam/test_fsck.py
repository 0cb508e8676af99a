"""Damage of every kind is found, and said."""

from __future__ import annotations

import pytest

from easterly.address import ipam
from easterly.address.ipam.connect import writing
from easterly.address.ipam.fsck import fsck

UNGUARDED = {
    "sqlite": ["DROP TRIGGER audit_kept", "DROP TRIGGER audit_stays", "DROP TRIGGER allocation_moves"],
    "postgresql": ["DROP TRIGGER audit_kept ON audit", "DROP TRIGGER allocation_moves ON allocation"],
}
DAMAGE = {
    "DELETE FROM free WHERE pool = 2": "pool p: addresses 10.0.0.0 to 10.0.0.15 are neither free nor used",
    "UPDATE free SET hi = lo WHERE pool = 3": "are neither free nor used",
    "UPDATE free SET hi = (SELECT hi FROM pool WHERE id = 2) "
    "WHERE pool = 3 AND lo = (SELECT lo FROM pool WHERE id = 3)": ("free interval and allocation"),
    "UPDATE free SET fit = 9 WHERE pool = 2": "is rated wrong",
    "UPDATE pool SET used = '7' WHERE id = 2": "counts 7 addresses in use, and there are",
    "UPDATE pool SET count = 9 WHERE id = 2": "counts 9 allocations, and there are",
    "UPDATE pool SET sequence = 0 WHERE id = 3": "has an id that the pool never gave",
    "UPDATE pool SET entries = 9 WHERE id = 3": "and should after 9",
    "UPDATE pool SET role = 'other' WHERE id = 2": "another definition",
    "UPDATE pool SET parent = NULL WHERE id = 3": "pools p and kid overlap",
    "UPDATE allocation SET kind = 'block' WHERE kind = 'pool'": "kid is no allocation of its parent",
    "DELETE FROM allocation WHERE pool = 3": "are neither free nor used",
    "UPDATE allocation SET owner = 'mallory' WHERE pool = 3": "is not what the audit says",
    "UPDATE allocation SET vrf = 9 WHERE pool = 3": "is of another VRF or family",
    "UPDATE allocation SET length = 31 WHERE pool = 3": "ends where its length does not",
    "UPDATE audit SET text = replace(text, 'alice', 'mallory') WHERE chain = 3": "was changed",
    "UPDATE audit SET at_ms = at_ms + 1 WHERE chain = 2 AND seq = 1": "has another time than its text",
    "DELETE FROM audit WHERE chain = 3 AND seq = 2": "audit entry 2 of chain 3 is missing",
    "DELETE FROM audit WHERE chain = 3 AND seq = 3": "the audit ends after 2 entries",
    "DELETE FROM audit WHERE chain = 0": "the audit ends after 0 entries, and should after 2",
}


def test_a_sound_store_and_every_damage_to_it(places: object) -> None:
    for statement, said in DAMAGE.items():
        with ipam.init(places()) as store:  # type: ignore[operator]
            store.one(ipam.AddPool("p", "10.0.0.0/24"))
            store.one(ipam.AddPool("kid", "10.0.0.16/28", parent="p"))
            store.one(ipam.Allocate("kid", actor="alice"))
            store.one(ipam.Allocate("kid", actor="alice"))
            assert fsck(store) == []
            with writing(store.engine) as connection:
                for statement_ in (*UNGUARDED[connection.dialect.name], statement):
                    connection.exec_driver_sql(statement_)
            assert any(said in line for line in fsck(store)), (statement, fsck(store))


def test_the_audit_cannot_be_changed_by_chance(store: ipam.Store) -> None:
    from sqlalchemy.exc import IntegrityError

    store.one(ipam.AddPool("p", "10.0.0.0/24"))
    for statement in ("UPDATE audit SET at_ms = 0", "DELETE FROM audit"):
        with pytest.raises(IntegrityError), writing(store.engine) as connection:
            connection.exec_driver_sql(statement)
