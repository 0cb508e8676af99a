"""XML of foreign files: no document types, no entities, no depth without end; every element keeps its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from easterly.site.formats.found import Found

DEEPEST = 64


@dataclass(slots=True)
class Element:
    """An element; its tag and the names of its attributes are without namespaces."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, without the space around it."""
        return "".join(self.pieces).strip()

    def all(self, tag: str) -> Iterator[Element]:
        """Children of a tag."""
        return (child for child in self.children if child.tag == tag)

    def first(self, *path: str) -> Element | None:
        """The first element at a path of tags below this one."""
        here: Element | None = self
        for tag in path:
            here = next(here.all(tag), None) if here is not None else None
        return here

    def value(self, *path: str) -> str | None:
        """Text of the first element at a path."""
        element = self.first(*path)
        return element.text if element is not None else None


class TooDeep(Exception):
    """An element below `DEEPEST` others."""


class _Tree:
    """Target of the parser: builds elements."""

    def __init__(self) -> None:
        self.expat: Any = None
        self.root: Element | None = None
        self.open: list[Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            raise TooDeep
        plain = {_local(name): value for name, value in attributes.items()}
        element = Element(_local(tag), plain, self.expat.CurrentLineNumber)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, tag: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].pieces.append(text)

    def close(self) -> Element | None:
        return self.root


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def parse(data: bytes, found: Found) -> Element | None:
    """Root of the document; none, with a finding, if it is damaged or hostile."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    tree = _Tree()
    parser = XMLParser(target=tree, forbid_dtd=True)
    tree.expat = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except ParseError as error:
        found.error("E122", f"not XML: {str(error).partition(':')[0]}", line=error.position[0])
    except DefusedXmlException:
        hint = "remove the document type declaration: topologies need none"
        found.error("E123", "the file declares a document type or entities", hint=hint, line=_line(tree))
    except TooDeep:
        found.error("E123", f"elements are nested more than {DEEPEST} deep", line=_line(tree))
    except (ValueError, LookupError) as error:
        found.error("E122", f"not XML: {error}", hint="save the file as UTF-8", line=_line(tree))
    else:
        return tree.root
    return None


def _line(tree: _Tree) -> int:
    return int(tree.expat.CurrentLineNumber)
