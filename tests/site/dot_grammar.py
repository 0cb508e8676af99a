"""A parser of the DOT language by its published grammar (graphviz.org/doc/info/lang.html), as far as tests need it."""

from __future__ import annotations

import re
from pathlib import Path

Edge = tuple[str, str, dict[str, str]]
TOKEN = re.compile(
    r'\s+|//[^\n]*|#[^\n]*|"(?P<text>(?:\\.|[^"\\])*)"|(?P<word>--|->|[{}\[\];,=]|[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?))',
    re.DOTALL,
)


def tokens(text: str) -> list[str]:
    """Tokens; those in quotes start with a quote, and have no escapes any more."""
    out, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match is not None, text[at : at + 30]
        if match["text"] is not None:
            out.append('"' + re.sub(r"\\(.)", r"\1", match["text"]))
        elif match["word"]:
            out.append(match["word"])
        at = match.end()
    return out


class Parser:
    """Goes through the statements of a graph."""

    def __init__(self, words: list[str]) -> None:
        self.kind, self.name = words[0], words[1][1:]
        assert self.kind in ("graph", "digraph") and words[2] == "{"
        self.words, self.at = words, 3
        self.nodes: set[str] = set()
        self.edges: list[Edge] = []
        depth = 1
        while depth:
            word = self.next()
            depth += {"{": 1, "}": -1}.get(word, 0)
            if word not in "{};":
                self.statement(word)
        assert self.at == len(words)

    def next(self) -> str:
        self.at += 1
        return self.words[self.at - 1]

    def statement(self, word: str) -> None:
        if word == "subgraph":
            self.next()
        elif word in ("graph", "node", "edge"):
            self.attributes()
        elif self.words[self.at] == "=":
            self.at += 2
        elif self.words[self.at] in ("--", "->"):
            assert self.next() == ("->" if self.kind == "digraph" else "--")
            other = self.next()
            assert word[0] == other[0] == '"'
            self.edges.append((word[1:], other[1:], self.attributes()))
        else:
            assert word.startswith('"'), word
            self.attributes()
            self.nodes.add(word[1:])

    def attributes(self) -> dict[str, str]:
        out: dict[str, str] = {}
        if self.words[self.at] != "[":
            return out
        while self.next() != "]":
            key, equals, value = self.next(), self.next(), self.next()
            assert equals == "=", key
            out[key] = value.lstrip('"')
            assert self.words[self.at] in (",", "]")
        return out


def graph(path: Path) -> tuple[str, str, set[str], list[Edge]]:
    """Kind, name, nodes and edges of a DOT file."""
    parser = Parser(tokens(path.read_text(encoding="utf-8")))
    return parser.kind, parser.name, parser.nodes, parser.edges
