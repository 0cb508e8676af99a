"""SNDlib networks in their native text: sections META, NODES, LINKS, DEMANDS and ADMISSIBLE_PATHS, in brackets.

One line is one row: ``node ( x y )``, ``link ( a b ) capacity cost routing_cost setup_cost ( {module cost}* )``,
``demand ( a b ) routing_unit value longest_path``. Units, capacities and costs as in the XML of the library (`sndlib`).
Coordinates are taken for degrees where all of them can be, as the text does not say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from easterly.site.formats import sndlib
from easterly.site.formats.demands import Demands
from easterly.site.formats.draft import Arc, Draft
from easterly.site.formats.found import Found
from easterly.site.formats.values import Values, fit_name, number, shown

SECTIONS = ("META", "NODES", "LINKS", "DEMANDS", "ADMISSIBLE_PATHS")
_WORD = re.compile(r"[()]|[^\s()]+")
_HEADER = re.compile(r"\?SNDlib native format;\s*type:\s*(\w+)", re.IGNORECASE)
Row = tuple[int, list[str]]
"""Words of a line, brackets among them, and its number."""
Group = str | list[str]


def read(text: str, draft: Draft, demands: Demands, values: Values) -> None:
    """Read a network into a draft and its demands; what is wrong goes to the findings, with lines."""
    found = draft.found
    sections = _sections(text, found)
    if sections is None:
        return
    if "NODES" not in sections:
        found.error("E122", "the file has no section NODES", line=1)
        return
    values.units = values.units.otherwise(rate_bps=sndlib.unit_of(_meta(sections).get("unit")).rate_bps)
    _nodes(sections["NODES"], draft)
    sndlib.tell_modules([_link(row, draft, values) for row in sections.get("LINKS", [])], found)
    limits = [_demand(row, draft, demands, values) for row in sections.get("DEMANDS", [])]
    admitted = sum(words[-1] == "(" for _, words in sections.get("ADMISSIBLE_PATHS", []))
    sndlib.tell_paths(sum(limits), admitted, len(limits), found)


def _sections(text: str, found: Found) -> dict[str, list[Row]] | None:
    """Rows of each section; none, with a finding, where these cannot be told apart."""
    sections: dict[str, list[Row]] = {}
    here: list[Row] | None = None
    name, depth = "", 0
    for line, words in _lines(text):
        if words[0].startswith("?"):
            header = _HEADER.match(" ".join(words))
            if header is None or header[1] != "network":
                what = f"the file is of type {header[1]!r}" if header else f"unknown header {shown(' '.join(words))}"
                found.error("E122", what, hint="a network of SNDlib has the type network", line=line)
                return None
        elif here is None:
            name = words[0]
            if name not in SECTIONS or words[1:] not in (["("], ["(", ")"]) or name in sections:
                hint = f"a file has each of {', '.join(SECTIONS)} at most once: NODES ( ... )"
                found.error("E122", f"{shown(' '.join(words))} starts no section", hint=hint, line=line)
                return None
            sections[name] = []
            here = sections[name] if words[-1] == "(" else None
        elif words == [")"] and depth == 0:
            here = None
        else:
            depth = max(0, depth + words.count("(") - words.count(")"))
            here.append((line, words))
            if name != "ADMISSIBLE_PATHS":
                depth = 0
    if here is not None:
        hint = "the file may be cut short"
        found.error("E122", f"section {name} has no end", hint=hint, line=text.count("\n") + 1)
        return None
    return sections


def _lines(text: str) -> Iterator[Row]:
    for line, content in enumerate(text.split("\n"), start=1):
        words = _WORD.findall(content.partition("#")[0])
        if words:
            yield line, words


def _meta(sections: dict[str, list[Row]]) -> dict[str, str]:
    rows = (" ".join(words).partition("=") for _, words in sections.get("META", []))
    return {key.strip().lower(): value.strip() for key, _, value in rows}


def _groups(row: Row, shape: str, what: str, at: str, found: Found) -> list[Group] | None:
    """Words of a row, those in brackets as lists, if they have the shape: ``w`` a word, ``g`` a group."""
    line, words = row
    groups: list[Group] = []
    inside: list[str] | None = None
    for word in words:
        if word == "(" and inside is None:
            inside = []
        elif word == ")" and inside is not None:
            groups.append(inside)
            inside = None
        elif word in "()":
            break
        elif inside is not None:
            inside.append(word)
        else:
            groups.append(word)
    else:
        if inside is None and re.fullmatch(shape, "".join("w" if isinstance(g, str) else "g" for g in groups)):
            return groups
    found.error("E122", f"{shown(' '.join(words))} is not a row of the form {what}", at=at, line=line)
    return None


def _nodes(rows: list[Row], draft: Draft) -> None:
    spots: dict[str, tuple[float, float]] = {}
    for row in rows:
        at = f"node/{row[1][0]}"
        groups = _groups(row, "wg*", "node ( x y )", at, draft.found)
        place = draft.place(groups[0], at=at, line=row[0]) if groups is not None else None
        if groups is not None and place is not None and len(groups) > 1:
            try:
                east, north = (number(word) for word in groups[1])
            except (ValueError, OverflowError):
                continue
            spots[place.key] = (east, north)
    if all(abs(east) <= 180 and abs(north) <= 90 for east, north in spots.values()):
        for key, (east, north) in spots.items():
            draft.places[key].longitude, draft.places[key].latitude = east, north


def _ends(group: Group, at: str, line: int, found: Found) -> tuple[str, str] | None:
    names = [fit_name(name) for name in group]
    if len(names) == 2 and names[0] is not None and names[1] is not None:
        return names[0], names[1]
    found.error("E122", "two nodes are expected: ( a b )", at=at, line=line)
    return None


def _link(row: Row, draft: Draft, values: Values) -> bool:
    """Add a link; whether its capacity is that of a module."""
    line, at = row[0], f"link/{row[1][0]}"
    what = "link ( a b ) capacity cost routing_cost setup_cost ( {module cost}* )"
    groups = _groups(row, "wgwwwwg?", what, at, draft.found)
    ends = _ends(groups[1], at, line, draft.found) if groups is not None else None
    if groups is None or ends is None:
        return False
    modules = groups[6] if len(groups) > 6 else []
    if len(modules) % 2:
        draft.found.error("E122", "every module needs a capacity and a cost", at=at, line=line)
        return False
    cost = values.plain(groups[4], code="E128", what="routing cost", at=at, line=line)
    offered: list[sndlib.Text] = [(module, line) for module in modules[::2]]
    rate_bps, from_module = sndlib.capacity((str(groups[2]), line), offered, values, at)
    # A row must have a number here, so 0 is how it says that there is none.
    draft.arc(Arc(*ends, at, line, rate_bps or None, both=True, cost=cost or 1.0))
    return from_module


def _demand(row: Row, draft: Draft, demands: Demands, values: Values) -> bool:
    """Add a demand; whether it limits the length of its paths."""
    line, at = row[0], f"demand/{row[1][0]}"
    groups = _groups(row, "wgwww?", "demand ( a b ) routing_unit value longest_path", at, draft.found)
    ends = _ends(groups[1], at, line, draft.found) if groups is not None else None
    if groups is None or ends is None:
        return False
    each = values.plain(groups[2], code="E131", what="routing unit", at=at, line=line)
    rate_bps = values.rate(groups[3], code="E131", what="demand", at=at, line=line)
    sndlib.add_demand(ends, each, rate_bps, draft, demands, at, line)
    return len(groups) > 4 and groups[4] != "UNLIMITED"
