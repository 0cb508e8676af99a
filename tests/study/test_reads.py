"""What stages read of a site stands in their keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from easterly import site
from easterly.model.spec.site import Site
from easterly.study.nouns import Nouns
from easterly.study.stages import Held, Stages

EXAMPLES = Path(__file__).parents[2] / "examples"
NOUNS = ("network", "demands", "routing", "prediction", "loads", "address", "bill", "qos", "configs")
# What a stage has in its key in another shape than the part of the file: one spec, names alone, one number.
IN_PART = {"network": {"name"}, "demand": {"classes", "jobs", "services", "traffic"}, "route": {"seed"},
           "policy": {"seed"},
           "config": {"jobs", "services", "traffic"}}  # fmt: skip


class Watched:
    """A site that notes which of its parts are read; what refuses other things takes it for one."""

    @property
    def __class__(self) -> type[Any]:  # type: ignore[override]
        return Site

    def __init__(self, made: Site) -> None:
        self.made = made
        self.seen: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.seen.add(name)
        return getattr(self.made, name)


class Watching(Stages):
    """Stages that compare what was read with what the key has."""

    def __init__(self, watched: Watched) -> None:
        super().__init__()
        self.watched = watched
        self.missing: dict[str, set[str]] = {}

    def run(self, name: str, inputs: tuple[Any, ...], make: Callable[[], Any]) -> Held[Any]:
        return super().run(name, inputs, self.noting(name, inputs, make))

    def derive(self, name: str, inputs: tuple[Any, ...], make: Callable[[], Any]) -> Held[Any]:
        return super().derive(name, inputs, self.noting(name, inputs, make))

    def noting(self, name: str, inputs: tuple[Any, ...], make: Callable[[], Any]) -> Callable[[], Any]:
        keyed = {key for part in inputs if isinstance(part, dict) for key in part}
        keyed |= IN_PART.get(name.partition(":")[0], set())

        def noted() -> Any:
            self.watched.seen.clear()
            value = make()
            self.missing[name] = self.watched.seen - keyed
            return value

        return noted


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["two-fabrics-wan.yaml", "graph.yaml", "multi-plane.yaml", "leaf-spine.yaml"])
def test_no_stage_reads_a_part_of_the_file_that_its_key_does_not_have(name: str) -> None:
    watched = Watched(site.load(EXAMPLES / name).site)
    stages = Watching(watched)
    nouns = Nouns(watched.made, stages)
    nouns.site = watched  # type: ignore[assignment]
    for noun in NOUNS:
        getattr(nouns, noun)
    assert {stage: parts for stage, parts in stages.missing.items() if parts} == {}
    assert {"network", "address", "bill", "qos", "config"} <= set(stages.missing)
