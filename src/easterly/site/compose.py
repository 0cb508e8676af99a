"""From YAML events to plain data and, beside it, the place of every key and value.

PyYAML's own composer dies on deep nesting and forgets where an alias stands, so this one reads the events
of its parser: iteratively, with caps on depth and on expanded nodes. Mappings become dicts with text keys,
sequences tuples, scalars follow the core schema of YAML 1.2; ``<<`` merges mappings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from easterly.base.findings import Finding
from easterly.site.scalars import convert, resolve
from easterly.site.syntax import explain

DEPTH = 64
NODES = 2_000_000
CORE = "tag:yaml.org,2002:"
PARSER: Any = getattr(yaml, "CLoader", yaml.SafeLoader)


class Unknown:
    """Stands for a value that could not be read; findings about it have been given already."""


UNKNOWN = Unknown()
_SKIP = object()
_MERGE = object()

Span = tuple[int, int, int]
"""Line and column, both 1-based, and width in characters."""

Entry = tuple[int, int, int, int, int, int, "Branch | None"]
"""Span of the key (zeros in a sequence), span of the value (width 0 where there is nothing to underline: a
block or an empty value), and what is inside: None for scalars and for what came through an alias. All in
one flat tuple, which Python's garbage collector need not watch: there are as many as values in the file."""


class Branch:
    """A mapping or a sequence while it is read, and the places of what it holds."""

    __slots__ = (
        "anchor",
        "as_key",
        "before",
        "children",
        "data",
        "height",
        "items",
        "key",
        "key_span",
        "merges",
        "start",
    )

    def __init__(self, start: Any, before: int, as_key: bool) -> None:
        self.start = start
        self.anchor: str | None = start.anchor
        self.before = before
        self.as_key = as_key
        self.height = 1
        self.children: dict[str, Entry] = {}
        self.items: list[Any] | None = None if type(start) is yaml.MappingStartEvent else []
        self.data: Any = {} if self.items is None else ()
        self.key: Any = None if self.items is None else 0
        self.key_span: Span = (0, 0, 0)
        self.merges: list[tuple[Any, Any, Entry]] = []


class _Stop(Exception):
    """The parse ends here; the finding has been given."""


class Composer:
    """Turns one stream of events into data, places and findings.

    Attributes
    ----------
    data : dict, tuple or scalar
        Root of the document; `UNKNOWN` where there is none.
    root : Branch or None
        Places; None if the root is a scalar.
    findings : list of Finding
        In the order of the file, with line and column.
    complete : bool
        False where a finding ended the parse: nothing is known of what follows.
    """

    def __init__(self) -> None:
        self.data: Any = UNKNOWN
        self.root: Branch | None = None
        self.findings: list[Finding] = []
        self.complete = True
        self._stack: list[Branch] = []
        self._anchors: dict[str, tuple[Any, Branch | None, int, int] | None] = {}
        self._total = 0
        self._documents = 0
        self._memo: dict[str, Any] = {}

    def read(self, text: str) -> Composer:
        """Read the whole text; never raises for bad text."""
        act = {
            yaml.ScalarEvent: self._scalar, yaml.AliasEvent: self._alias, yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open, yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close, yaml.DocumentStartEvent: self._document,
        }  # fmt: skip
        try:
            for event in _events(text):
                handler = act.get(type(event))
                if handler is not None:
                    handler(event)
        except _Stop:
            self.complete = False
        except (yaml.YAMLError, ValueError) as error:
            self.complete = False
            self.findings.append(explain(error, text, self._path()))
        return self

    def _path(self, *last: str) -> str:
        """Path of the value being read."""
        return "/".join([*(str(b.key) for b in self._stack if isinstance(b.key, (str, int))), *last])

    def _find(self, code: str, event: Any, message: str, hint: str = "", *last: str) -> None:
        line, column, _ = _span(event)
        at = self._path(*last)
        self.findings.append(Finding(code, at, message, hint, on_key=bool(last), line=line, column=column))

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._find("E107", event, "a second document starts here", "a site is one document: remove this `---`")
            raise _Stop

    def _scalar(self, event: Any) -> None:
        self._total += 1
        stack = self._stack
        if stack and stack[-1].key is None:
            self._key(stack[-1], event, event.value, event.implicit[0])
            return
        if event.implicit[0]:
            text = event.value
            try:
                value = self._memo[text]
            except KeyError:
                value = self._memo[text] = resolve(text)
        else:
            value = event.value if event.tag is None else self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, None, 1, 0)
        self._put(_span(event), value, None)

    def _tagged(self, event: Any) -> Any:
        tag = event.tag
        try:
            return event.value if tag == "!" else convert(event.value, tag.removeprefix(CORE))
        except ValueError:
            self._bad_tag(event)
            return UNKNOWN

    def _bad_tag(self, event: Any) -> None:
        tag = event.tag.replace(CORE, "!!")
        self._find("E115", event, f"tag `{tag}` does not fit here", "leave the tag out; a site file needs none")

    def _key(self, branch: Branch, event: Any, text: str, plain: bool) -> None:
        """Take a scalar as the next key of a mapping."""
        branch.key_span = _span(event)
        if event.anchor is not None and type(event) is yaml.ScalarEvent:
            self._anchors[event.anchor] = (text, None, 1, 0)
        if plain and text == "<<":
            branch.key = _MERGE
        elif text == "":
            branch.key = _SKIP
            self._find("E114", event, "a key is empty", "give every key a name")
        elif text in branch.data:
            branch.key = _SKIP
            first = branch.children[text][0]
            self._find("E109", event, f"key {text!r} is given twice", f"first given in line {first}; keep one", text)
        else:
            branch.key = text

    def _put(self, span: Span, value: Any, inside: Branch | None) -> None:
        """Store a finished value in the innermost open mapping or sequence."""
        if not self._stack:
            self.data, self.root = value, inside
            return
        branch = self._stack[-1]
        if branch.items is not None:
            branch.children[str(branch.key)] = (0, 0, 0, *span, inside)
            branch.items.append(value)
            branch.key += 1
            return
        key, branch.key = branch.key, None
        if key is _MERGE:
            branch.merges.append((value, inside, (*branch.key_span, *span, inside)))
        elif key is not _SKIP:
            branch.data[key] = value
            branch.children[key] = (*branch.key_span, *span, inside)

    def _wants_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].key is None

    def _alias(self, event: Any) -> None:
        name = event.anchor
        known = self._anchors.get(name, UNKNOWN)
        if isinstance(known, Unknown):
            near = ", ".join(f"&{a}" for a in sorted(self._anchors)[:8])
            self._find("E110", event, f"no anchor &{name} stands before this alias", f"known: {near}" if near else "")
        elif known is None:
            self._find("E111", event, f"alias *{name} stands inside its own anchor", "name the parts, not the whole")
        value, _, size, height = known if isinstance(known, tuple) else (UNKNOWN, None, 1, 0)
        self._grow(event, size, len(self._stack) + height)
        if not self._wants_key():
            if self._stack:
                self._stack[-1].height = max(self._stack[-1].height, height + 1)
            self._put(_span(event), value, None)
        elif isinstance(value, str):
            self._key(self._stack[-1], event, value, False)
        else:
            self._odd_key(self._stack[-1], event)

    def _grow(self, event: Any, size: int, depth: int) -> None:
        self._total += size
        if self._total > NODES:
            self._find("E113", event, f"aliases expand the file to more than {NODES:,} values", "use fewer aliases")
            raise _Stop
        if depth > DEPTH:
            self._find("E112", event, f"nested deeper than {DEPTH} levels", "no site file needs that depth")
            raise _Stop

    def _odd_key(self, branch: Branch, event: Any) -> None:
        branch.key = _SKIP
        self._find("E114", event, "a key must be text", "give every key a name")

    def _open(self, event: Any) -> None:
        as_key = self._wants_key()
        self._grow(event, 1, len(self._stack) + 1)
        if event.tag is not None and event.tag not in ("!", CORE + "map", CORE + "seq"):
            self._bad_tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if as_key:
            self._stack[-1].key = _SKIP
        self._stack.append(Branch(event, self._total, as_key))

    def _close(self, event: Any) -> None:
        branch = self._stack.pop()
        start, branch.start = branch.start, None
        if branch.items is not None:
            branch.data, branch.items = tuple(branch.items), None
        elif branch.merges:
            self._merge(branch)
        if branch.anchor is not None:
            self._anchors[branch.anchor] = (branch.data, branch, self._total - branch.before + 1, branch.height)
        if self._stack:
            self._stack[-1].height = max(self._stack[-1].height, branch.height + 1)
        if branch.as_key:
            self._odd_key(self._stack[-1], start)
            return
        line, column, _ = _span(start)
        width = _width(start.start_mark, event.end_mark) if start.flow_style else 0
        self._put((line, column, width), branch.data, branch)

    def _merge(self, branch: Branch) -> None:
        """Add the keys of merged mappings; a mapping's own keys win, then the earlier merge."""
        if len(branch.merges) > 1:
            where = branch.merges[1][2]
            self._find_at("E109", where[:2], "key '<<' is given twice", "merge a list: `<<: [*a, *b]`")
        value, inside, entry = branch.merges[0]
        parts: list[tuple[Any, Entry]] = [(value, entry)]
        if isinstance(value, tuple):
            written = list(inside.children.values()) if inside is not None else [entry] * len(value)
            parts = [(item, (*entry[:3], *place[3:])) for item, place in zip(value, written, strict=True)]
        branch.merges = []
        for data, place in parts:
            if isinstance(data, dict):
                _add(branch, data, place)
            elif data is not UNKNOWN:
                self._find_at("E116", place[3:5], "`<<` merges a mapping, not this", "write `<<: *name-of-an-anchor`")

    def _find_at(self, code: str, where: tuple[int, ...], message: str, hint: str) -> None:
        line, column = where
        self.findings.append(Finding(code, self._path(), message, hint, line=line, column=column))


def _add(branch: Branch, data: dict[str, Any], place: Entry) -> None:
    """Add the keys that a mapping does not have yet, placed where they are written, or else at the alias."""
    below = place[6].children if place[6] is not None else {}
    for key, item in data.items():
        if key not in branch.data:
            branch.data[key] = item
            branch.children[key] = below.get(key) or place


def _span(event: Any) -> Span:
    """Where an event stands."""
    start, end = event.start_mark, event.end_mark
    line = start.line
    if end.line == line:
        return line + 1, start.column + 1, end.column - start.column
    return line + 1, start.column + 1, 1


def _width(start: Any, end: Any) -> int:
    return end.column - start.column if start.line == end.line else 1


def _events(text: str) -> Iterator[Any]:
    """Events of the text, from the C parser where PyYAML has it."""
    return yaml.parse(text, Loader=PARSER)  # type: ignore[no-any-return, unused-ignore]
