"""Steps of the schema, run by Alembic from Python; it is loaded only where there is one to run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

HERE = Path(__file__).parent


def _scripts() -> tuple[Config, ScriptDirectory]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def steps() -> list[str]:
    """Names of all steps, the newest last: a file is called after its step, ``r0001_first.py``."""
    return sorted(path.stem[1:].partition("_")[0] for path in (HERE / "versions").glob("r*.py"))


def head() -> str:
    """Name of the newest step."""
    return steps()[-1]


def current(connection: Connection) -> str | None:
    """Name of the step that a store is at; None where it has no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def tables(connection: Connection) -> list[str]:
    """Names of all tables that there are, whoever made them."""
    return sorted(inspect(connection).get_table_names())


def known(step: str) -> bool:
    """Whether this version of the program knows a step."""
    return step in steps()


def upgrade(connection: Connection) -> None:
    """Bring a store to the newest step, in the transaction of the connection."""
    from alembic.runtime.environment import EnvironmentContext

    config, scripts = _scripts()
    with EnvironmentContext(config, scripts, fn=lambda at, _: scripts._upgrade_revs("head", at)) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
