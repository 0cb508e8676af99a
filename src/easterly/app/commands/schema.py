"""``easterly schema``."""

from __future__ import annotations

import click

from easterly.app import terminal


@click.command("schema")
@click.option("--reference", is_flag=True, help="Print the reference as Markdown instead.")
@click.option("--catalog", is_flag=True, help="Print the models and GPUs that a site file can name, as Markdown.")
@terminal.format_option
def command(reference: bool, catalog: bool, form: str) -> None:
    """Print the JSON Schema of the site file, for editors and validators."""
    from easterly.app.document import dump
    from easterly.model.catalog import listing
    from easterly.model.reference import json_schema, yaml_reference

    if reference and catalog:
        terminal.misused("choose one of --reference and --catalog", form)
    result = listing.markdown() if catalog else yaml_reference() if reference else json_schema()
    if form == "json":
        terminal.emit_json(result)
    else:
        click.echo(result if isinstance(result, str) else dump(result), nl=False)
