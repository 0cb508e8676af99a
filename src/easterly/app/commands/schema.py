"""``easterly schema``."""

from __future__ import annotations

import click

from easterly.app import terminal


@click.command("schema")
@click.option("--reference", is_flag=True, help="Print the reference as Markdown instead.")
@click.option("--catalog", is_flag=True, help="Print the models and GPUs that a site file can name, as Markdown.")
@click.option("--account", is_flag=True, help="Print the JSON Schema of the record of what a tenant has used.")
@terminal.format_option
def command(reference: bool, catalog: bool, account: bool, form: str) -> None:
    """Print the JSON Schema of the site file, for editors and validators."""
    from easterly.app.document import dump
    from easterly.model import accounts
    from easterly.model.catalog import listing
    from easterly.model.reference import json_schema, yaml_reference

    if reference + catalog + account > 1:
        terminal.misused("choose one of --reference, --catalog and --account", form)
    result = accounts.json_schema() if account else listing.markdown() if catalog else None
    if result is None:
        result = yaml_reference() if reference else json_schema()
    if form == "json":
        terminal.emit_json(result)
    else:
        click.echo(result if isinstance(result, str) else dump(result), nl=False)
