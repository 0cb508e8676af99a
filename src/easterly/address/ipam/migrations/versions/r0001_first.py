"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables and the guards."""
    _administration()
    _pool()
    _allocation()
    _indices()
    _free()
    _beside()
    guard = _GUARD_SQLITE if op.get_bind().dialect.name == "sqlite" else _GUARD_POSTGRESQL
    for statement in guard:
        op.execute(statement)


def _key(name: str, *more: sa.ForeignKey) -> sa.Column[int]:
    return sa.Column(name, NUMBER, *more, primary_key=True, autoincrement=False)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _must(name: str, kind: object = NUMBER) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)  # type: ignore[arg-type]


def _administration() -> None:
    op.create_table(
        "registry",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _must("next"),
        _must("entries"),
        _must("head", sa.LargeBinary()),
    )
    op.create_table(
        "vrf", _key("id"), sa.Column("name", sa.Text(), nullable=False, unique=True), *_text("rd", "tenant")
    )


def _pool() -> None:
    op.create_table(
        "pool",
        _key("id"),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("vrf", NUMBER, sa.ForeignKey("vrf.id"), nullable=False),
        sa.Column("parent", NUMBER, sa.ForeignKey("pool.id")),
        _must("family", sa.SmallInteger()),
        _must("lo", sa.LargeBinary()),
        _must("hi", sa.LargeBinary()),
        _must("length", sa.SmallInteger()),
        *_text("role", "tenant"),
        _must("edges", sa.Boolean()),
        _must("approval", sa.Boolean()),
        sa.Column("lease_s", sa.Float()),
        sa.Column("longest_s", sa.Float()),
        _must("quarantine_s", sa.Float()),
        *_text("about"),
        _must("sequence"),
        _must("used", sa.Text()),
        _must("count"),
        _must("entries"),
        _must("head", sa.LargeBinary()),
        sa.CheckConstraint("lo <= hi", name="pool_order"),
    )
    op.create_index("pool_place", "pool", ["vrf", "family", "lo", "length"], unique=True)
    op.create_index("pool_parent", "pool", ["vrf", "parent", "family", "lo"])


def _allocation() -> None:
    op.create_table(
        "allocation",
        _key("id"),
        sa.Column("pool", NUMBER, sa.ForeignKey("pool.id"), nullable=False),
        _must("vrf"),
        _must("family", sa.SmallInteger()),
        _must("lo", sa.LargeBinary()),
        _must("hi", sa.LargeBinary()),
        _must("length", sa.SmallInteger()),
        _must("kind", sa.Text()),
        _must("state", sa.Text()),
        sa.Column("until_ms", NUMBER),
        _must("owner", sa.Text()),
        _must("since_ms"),
        *_text("key", "digest"),
        _must("keyed", sa.Integer()),
        *_text("tenant", "device", "interface", "mac", "dns_name", "about"),
        sa.CheckConstraint("lo <= hi", name="allocation_order"),
    )


def _indices() -> None:
    op.create_index("allocation_start", "allocation", ["pool", "lo"], unique=True)
    partial = [
        ("place", ["vrf", "family", "lo", "length"], True, "kind <> 'pool'"),
        ("key", ["pool", "key"], True, "key IS NOT NULL"),
        *((name, [name], False, f"{name} IS NOT NULL") for name in ("until_ms", "device", "mac", "dns_name")),
    ]
    for name, columns, unique, where in partial:
        said = sa.text(where)
        op.create_index(
            f"allocation_{name}", "allocation", columns, unique=unique, sqlite_where=said, postgresql_where=said
        )


def _free() -> None:
    op.create_table(
        "free",
        sa.Column("pool", NUMBER, sa.ForeignKey("pool.id"), primary_key=True),
        sa.Column("lo", sa.LargeBinary(), primary_key=True),
        _must("hi", sa.LargeBinary()),
        _must("fit", sa.SmallInteger()),
        _must("rank", sa.LargeBinary()),
        sa.CheckConstraint("lo <= hi", name="free_order"),
        sqlite_with_rowid=False,
    )
    op.create_index("free_end", "free", ["pool", "hi"], unique=True)
    op.create_index("free_fit", "free", ["pool", sa.text("fit DESC"), "lo"])
    op.create_index("free_rank", "free", ["pool", "fit", "rank"])


def _beside() -> None:
    op.create_table(
        "audit",
        _key("chain"),
        _key("seq"),
        _must("at_ms"),
        _must("text", sa.Text()),
        _must("hash", sa.LargeBinary()),
        sqlite_with_rowid=False,
    )
    op.create_table("reader", sa.Column("name", sa.Text(), primary_key=True), _key("chain"), _must("seq"))
    op.create_table("usage", _key("pool"), _key("at_ms"), _must("used", sa.Text()), _must("count"))
    op.create_table(
        "approval",
        _key("id"),
        _must("pool"),
        _must("request", sa.Text()),
        _must("state", sa.Text()),
        _must("asker", sa.Text()),
        _must("asked_ms"),
        *_text("decider"),
        sa.Column("decided_ms", NUMBER),
        *_text("note"),
    )


# Allocations of a pool are disjoint: of all that begin at or before the end of a new one, the last one ends last.
_GUARD_SQLITE = [
    """
CREATE TRIGGER allocation_overlap BEFORE INSERT ON allocation
WHEN (SELECT hi FROM allocation WHERE pool = NEW.pool AND lo <= NEW.hi ORDER BY lo DESC LIMIT 1) >= NEW.lo
BEGIN SELECT RAISE(ABORT, 'overlaps an allocation of its pool'); END
""",
    """
CREATE TRIGGER allocation_moves BEFORE UPDATE OF pool, lo, hi ON allocation
BEGIN SELECT RAISE(ABORT, 'an allocation does not move'); END
""",
    "CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
    "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
]
_GUARD_POSTGRESQL = [
    """
CREATE FUNCTION allocation_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM fresh, LATERAL (
            SELECT hi FROM allocation AS other
            WHERE other.pool = fresh.pool AND other.lo <= fresh.hi AND other.id <> fresh.id
            ORDER BY other.lo DESC LIMIT 1
        ) AS before WHERE before.hi >= fresh.lo
    ) THEN
        RAISE EXCEPTION 'overlaps an allocation of its pool' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is not changed so', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    # Once for each statement: a copy of many rows asks one question.
    "CREATE TRIGGER allocation_overlap AFTER INSERT ON allocation REFERENCING NEW TABLE AS fresh "
    "FOR EACH STATEMENT EXECUTE FUNCTION allocation_overlap()",
    "CREATE TRIGGER allocation_moves BEFORE UPDATE OF pool, lo, hi ON allocation "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change()",
]
