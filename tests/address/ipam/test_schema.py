"""The schema: migrations lead to the tables that the program knows; other versions' stores are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from easterly.address import ipam
from easterly.address.ipam import migrations, schema
from easterly.address.ipam.connect import locate, writing


def test_migrations_from_nothing_lead_to_the_tables_of_the_program(store: ipam.Store) -> None:
    def comparable(_: object, name: str | None, *__: object) -> bool:
        return name != "free_fit"  # Alembic cannot read an order back; the plan of a query shows it (test_plans)

    with writing(store.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": comparable})
        assert compare_metadata(context, schema.metadata) == []


def test_init_again_changes_nothing(place: str) -> None:
    with ipam.init(place) as store:
        store.one(ipam.AddPool("p", "10.0.0.0/24"))
    with ipam.init(place) as store:
        assert store.one(ipam.Allocate("p")).ok
    with ipam.open(place) as store:
        assert store.one(ipam.Allocate("p")).allocations[0].text == "10.0.0.2"


def test_a_newer_store_is_refused_by_both_doors(place: str) -> None:
    with ipam.init(place) as store, writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for door in (ipam.open, ipam.init):
        with pytest.raises(ipam.StoreError, match="newer version"):
            door(place)


def test_a_store_that_is_not_there_is_not_made_by_open(place: str, tmp_path: Path) -> None:
    with pytest.raises(ipam.StoreError, match="no address store"):
        ipam.open(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://host/ipam", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no address store"):
        locate(url)


def test_what_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database, but long enough to be looked at as one " * 10)
    for url in (tmp_path / "text.db", tmp_path / "nowhere/a.db", f"postgresql://me@/x?host={tmp_path}"):
        with pytest.raises(ipam.StoreError, match="no address store"):
            ipam.init(url)
    with pytest.raises(ipam.StoreError, match="no address store"):
        ipam.open(tmp_path / "text.db")


def test_files_are_called_after_their_steps():
    found = [script.revision for script in migrations._scripts()[1].walk_revisions()]
    assert migrations.steps() == found[::-1] and migrations.head() == migrations._scripts()[1].get_current_head()
