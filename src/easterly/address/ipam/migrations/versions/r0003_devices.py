"""Devices and interfaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables; what addresses say of devices stays what it was, words."""
    op.create_table(
        "device",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("tenant", sa.Text()),
        sa.Column("about", sa.Text()),
    )
    op.create_table(
        "interface",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("device", NUMBER, sa.ForeignKey("device.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text()),
        sa.Column("about", sa.Text()),
    )
    op.create_index("interface_name", "interface", ["device", "name"], unique=True)
    said = sa.text("mac IS NOT NULL")
    op.create_index("interface_mac", "interface", ["mac"], sqlite_where=said, postgresql_where=said)
