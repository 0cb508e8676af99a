"""Tokens and hooks of the service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "token",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text()),
        sa.Column("since_ms", NUMBER, nullable=False),
        sa.Column("until_ms", NUMBER),
    )
    op.create_table(
        "hook",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("pools", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_ms", NUMBER, nullable=False),
    )
