"""``python -m easterly``."""

from easterly.app.cli import main

main(prog_name="easterly")
