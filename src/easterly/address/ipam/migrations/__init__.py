"""Steps of the schema, run by Alembic from Python."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def head() -> str:
    """Name of the newest step."""
    newest = _scripts()[1].get_current_head()
    assert newest is not None
    return newest


def current(connection: Connection) -> str | None:
    """Name of the step that a store is at; None where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def known(step: str) -> bool:
    """Whether this version of the program knows a step."""
    return any(script.revision == step for script in _scripts()[1].walk_revisions())


def upgrade(connection: Connection) -> None:
    """Bring a store to the newest step, in the transaction of the connection."""
    config, scripts = _scripts()
    with EnvironmentContext(config, scripts, fn=lambda at, _: scripts._upgrade_revs("head", at)) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
