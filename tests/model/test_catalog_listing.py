"""The catalog as it is printed: everything that can be named, with its source."""

from click.testing import CliRunner

from easterly.app.cli import main
from easterly.model.catalog import gpus, listing, models


def test_every_model_and_every_gpu_has_a_row_with_its_source():
    rows = {line.split("`")[1]: line for line in listing.markdown().splitlines() if line.startswith("| `")}
    assert set(rows) == {*models.names(), *gpus.names()}
    assert all(models.source(name) in rows[name] for name in models.names())
    assert all(gpus.lookup(name).source in rows[name] for name in gpus.names())
    assert "8 of 256" in rows["deepseek-v3"] and "latent" in rows["deepseek-v3"]


def test_it_is_printed_by_schema():
    runner = CliRunner()
    assert runner.invoke(main, ["schema", "--catalog"]).output == listing.markdown()
    both = runner.invoke(main, ["schema", "--catalog", "--reference"])
    assert both.exit_code == 2 and "choose one" in both.output
