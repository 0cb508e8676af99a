"""Arista's own renderer (pyavd) on the text of EOS.

What is validated: the switch, put in Arista's data model from the same facts as the text, passes the schema; and what
Arista's templates make of it has the same lines as the text, block by block, in whatever order. No switch is run, so
what a platform refuses is not found. Some lines have no words in the data model: they are counted, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from easterly.config.eos.avd import classes, lists, routes
from easterly.config.switches.blocks import Block, blocks
from easterly.config.switches.machine import Machine
from easterly.model.access import DeviceAccess
from easterly.model.outcome import Artifact, Validation
from easterly.model.queueing import SwitchSetting

BEYOND = re.compile(r"(router )?ospfv3( .*)?|ip ospf (hello|dead)-interval .*|isis hello-.*|router isis .*")
"""Lines for which Arista's data model has no words, with all that is below them. It has words for IS-IS, but not for
what other protocols give to it, so that nothing of that process is compared."""
SHOWN = 5
Line = tuple[str, ...]
"""A line, behind the lines of the blocks that it is in."""
Structure = Mapping[str, Any]


def structured(machine: Machine, switch: SwitchSetting | None, access: DeviceAccess | None) -> dict[str, Any]:
    """A whole switch in Arista's data model.

    Parameters
    ----------
    machine : Machine
        Its routes.
    switch : SwitchSetting or None
        Its classes, as the text can say them.
    access : DeviceAccess or None
    """
    made = routes.structured(machine)
    for part in (switch and classes.structured(switch), access and lists.structured(access)):
        if part:
            ports = {each["name"]: each for each in made["ethernet_interfaces"]}
            for each in part["ethernet_interfaces"]:
                ports[each["name"]] = {**ports.get(each["name"], {}), **each}
            made |= {**part, "ethernet_interfaces": list(ports.values())}
    return made


@dataclass(frozen=True, slots=True)
class Checker:
    """An installed pyavd, and the facts of switches by the path of their text."""

    version: str
    facts: Mapping[str, Callable[[], Structure]]

    def takes(self, file: Artifact) -> bool:
        """Whether the facts of this text are known."""
        return file.path in self.facts

    def check(self, file: Artifact) -> Validation:
        """Have the facts held against the schema, and the text against what Arista makes of them."""
        import pyavd  # type: ignore[import-untyped]

        given = self.facts[file.path]()
        wrong = pyavd.validate_structured_config(dict(given)).validation_result.violations
        ours = _lines(blocks(file.text))
        theirs = _lines(blocks(pyavd.get_device_config(dict(given))))
        aside = {line for line in ours if any(BEYOND.fullmatch(word) for word in line)}
        theirs -= {line for line in theirs if any(BEYOND.fullmatch(word) for word in line)}
        told = [*map(str, wrong), *_differences(ours - aside, theirs)]
        beside = f" but {len(aside)} that the data model has not" if aside else ""
        return Validation(file.path, f"pyavd {self.version} (schema, and lines{beside})", not told, "\n".join(told))


def _lines(found: Iterable[Block], above: Line = ()) -> set[Line]:
    """Every line of a text; blocks of one name are one."""
    made = set[Line]()
    for block in found:
        here = (*above, block.line)
        made |= {here, *_lines(block.inner, here)}
    return made


def _differences(ours: set[Line], theirs: set[Line]) -> Iterator[str]:
    for why, lines in (
        ("is not what Arista writes", ours - theirs),
        ("is what Arista writes, and lacks", theirs - ours),
    ):
        for line in sorted(lines)[:SHOWN]:
            yield f"{' / '.join(line)}: {why}"
        if len(lines) > SHOWN:
            yield f"and {len(lines) - SHOWN} lines more"


def checker(facts: Mapping[str, Callable[[], Structure]]) -> Checker | None:
    """The checker of this installation; None where there is no pyavd, or nothing for it.

    Parameters
    ----------
    facts : mapping of str to callable
        What makes the structured configuration of a text, by its path.
    """
    return Checker(version("pyavd"), facts) if facts and find_spec("pyavd") else None
