"""The tutorial shows the example that it says it shows."""

from blocks import ROOT


def test_the_tutorial_shows_the_example_without_its_first_comment():
    page = (ROOT / "docs/tutorial/plan-llama-3.md").read_text(encoding="utf-8")
    example = (ROOT / "examples/llama3-405b.yaml").read_text(encoding="utf-8")
    shown = page.partition("# llama3-405b.yaml\n")[2].partition("```")[0]
    assert shown == example[example.index("version:") :]
