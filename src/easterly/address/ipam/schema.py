"""The tables. Addresses are 16 bytes, big-endian, so that the order of bytes is the order of numbers in every database.

What changes a table comes as a migration (`migrations/versions`); a test compares both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()
Number = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere; SQLite makes a key of rows only of a column that says INTEGER."""

registry = Table(
    "registry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("next", Number, nullable=False),  # id of the next VRF, tenant, pool or approval
    Column("entries", Number, nullable=False),  # of the administration's audit chain
    Column("head", LargeBinary, nullable=False),
)
vrf = Table(
    "vrf",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("rd", Text),
    Column("tenant", Text),
)
pool = Table(
    "pool",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("vrf", Number, ForeignKey("vrf.id"), nullable=False),
    Column("parent", Number, ForeignKey("pool.id")),
    Column("family", SmallInteger, nullable=False),
    Column("lo", LargeBinary, nullable=False),
    Column("hi", LargeBinary, nullable=False),
    Column("length", SmallInteger, nullable=False),
    Column("role", Text),
    Column("tenant", Text),
    Column("edges", Boolean, nullable=False),
    Column("approval", Boolean, nullable=False),
    Column("lease_s", Float),
    Column("longest_s", Float),
    Column("quarantine_s", Float, nullable=False),
    Column("about", Text),  # tags and custom fields
    Column("sequence", Number, nullable=False),
    Column("used", Text, nullable=False),  # up to 2**128: more than any number of a database
    Column("count", Number, nullable=False),
    Column("entries", Number, nullable=False),
    Column("head", LargeBinary, nullable=False),
    CheckConstraint("lo <= hi", name="pool_order"),
    Index("pool_place", "vrf", "family", "lo", "length", unique=True),
    Index("pool_parent", "vrf", "parent", "family", "lo"),
)
allocation = Table(
    "allocation",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("pool", Number, ForeignKey("pool.id"), nullable=False),
    Column("vrf", Number, nullable=False),
    Column("family", SmallInteger, nullable=False),
    Column("lo", LargeBinary, nullable=False),
    Column("hi", LargeBinary, nullable=False),
    Column("length", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("until_ms", Number),
    Column("owner", Text, nullable=False),
    Column("since_ms", Number, nullable=False),
    Column("key", Text),
    Column("digest", Text),
    Column("keyed", Integer, nullable=False),
    Column("tenant", Text),
    Column("device", Text),
    Column("interface", Text),
    Column("mac", Text),
    Column("dns_name", Text),
    Column("about", Text),  # tags and custom fields
    CheckConstraint("lo <= hi", name="allocation_order"),
    Index("allocation_start", "pool", "lo", unique=True),
)
_A = allocation.c
# The last guard of a VRF. The place of a child pool is left out: the child may give all of itself to one holder.
Index(
    "allocation_place",
    _A.vrf,
    _A.family,
    _A.lo,
    _A.length,
    unique=True,
    sqlite_where=text("kind <> 'pool'"),
    postgresql_where=text("kind <> 'pool'"),
)
for _name, _columns, _unique in (
    ("key", (_A.pool, _A.key), True),
    ("until_ms", (_A.until_ms,), False),
    ("device", (_A.device,), False),
    ("mac", (_A.mac,), False),
    ("dns_name", (_A.dns_name,), False),
):
    _said = text(f"{_name} IS NOT NULL")
    Index(f"allocation_{_name}", *_columns, unique=_unique, sqlite_where=_said, postgresql_where=_said)

free = Table(
    "free",
    metadata,
    Column("pool", Number, ForeignKey("pool.id"), primary_key=True),
    Column("lo", LargeBinary, primary_key=True),
    Column("hi", LargeBinary, nullable=False),
    Column("fit", SmallInteger, nullable=False),
    Column("rank", LargeBinary, nullable=False),
    CheckConstraint("lo <= hi", name="free_order"),
    Index("free_end", "pool", "hi", unique=True),
    Index("free_fit", "pool", text("fit DESC"), "lo"),
    Index("free_rank", "pool", "fit", "rank"),
    sqlite_with_rowid=False,
)
device = Table(
    "device",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("tenant", Text),
    Column("about", Text),  # tags and custom fields
)
interface = Table(
    "interface",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("device", Number, ForeignKey("device.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("mac", Text),
    Column("about", Text),  # tags and custom fields
    Index("interface_name", "device", "name", unique=True),
)
_said = text("mac IS NOT NULL")
Index("interface_mac", interface.c.mac, sqlite_where=_said, postgresql_where=_said)
audit = Table(
    "audit",
    metadata,
    Column("chain", Number, primary_key=True, autoincrement=False),
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("at_ms", Number, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
reader = Table(
    "reader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("chain", Number, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),  # the last entry of the chain that the reader has acknowledged
)
usage = Table(
    "usage",
    metadata,
    Column("pool", Number, primary_key=True, autoincrement=False),
    Column("at_ms", Number, primary_key=True, autoincrement=False),
    Column("used", Text, nullable=False),
    Column("count", Number, nullable=False),
)
approval = Table(
    "approval",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("pool", Number, nullable=False),
    Column("request", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("asked_ms", Number, nullable=False),
    Column("decider", Text),
    Column("decided_ms", Number),
    Column("note", Text),
)
token = Table(
    "token",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("tenant", Text),
    Column("since_ms", Number, nullable=False),
    Column("until_ms", Number),
)
hook = Table(
    "hook",
    metadata,
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("pools", Text, nullable=False),  # ids in JSON; none for all
    Column("failures", Integer, nullable=False),  # since the last delivery
    Column("next_ms", Number, nullable=False),  # not before
)
