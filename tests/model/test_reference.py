"""The schema, the reference and the models say the same of every key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from easterly.base.columns import FloatColumn
from easterly.base.findings import FindingsError
from easterly.base.schema import Doc, Unit
from easterly.base.units import KINDS, QuantityError, parse, pattern
from easterly.model import reference, shape
from easterly.site import load_text, read_source

ROOT = Path(__file__).parents[2]
SCHEMA = reference.json_schema()
REFERENCE = reference.yaml_reference()
VALIDATOR = Draft202012Validator(SCHEMA)
OBJECTS = reference.objects()
BROKEN = sorted((ROOT / "tests" / "errors").glob("E[2-9]*.yaml"))


def plain(data):
    """The data as JSON has it."""
    return json.loads(json.dumps(data, default=str))


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].startswith("urn:")
    assert json.dumps(SCHEMA, sort_keys=True) == json.dumps(reference.json_schema(), sort_keys=True)
    assert str(ROOT) not in json.dumps(SCHEMA)


def part_of(model):
    return SCHEMA if model.__name__ == "Site" else SCHEMA["$defs"][model.__name__]


def rows_of(model):
    """Rows of the table below the heading of a model, by key."""
    section = next(part for part in REFERENCE.split("\n## ")[1:] if part.splitlines()[0] == reference._title(model))
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


@pytest.mark.parametrize("model", OBJECTS, ids=lambda model: model.__name__)
def test_schema_reference_and_model_agree(model):
    declared = {info.alias or name: info for name, info in model.model_fields.items()}
    part, rows = part_of(model), rows_of(model)
    assert set(part.get("properties", {})) == set(rows) == set(declared)
    assert set(part.get("required", ())) == {key for key, info in declared.items() if info.is_required()}
    assert {key for key, row in rows.items() if row[2] == "required"} == set(part.get("required", ()))
    assert part.get("additionalProperties") is False
    for key in declared:
        meaning = rows[key][3].replace("\\|", "|")
        assert meaning and part["properties"][key]["description"].startswith(meaning)


def test_every_object_is_in_all_three():
    assert {model.__name__ for model in OBJECTS} == {"Site", *SCHEMA["$defs"]}
    assert len({reference._title(model) for model in OBJECTS}) == len(OBJECTS)


@pytest.mark.parametrize("model", OBJECTS, ids=lambda model: model.__name__)
def test_defaults_are_what_a_user_would_write(model):
    """Every default of the schema, put into the file, gives the default of the model."""
    for key, attribute in shape.attributes(model).items():
        entry = part_of(model).get("properties", {})[key]
        if "default" in entry and not isinstance(entry["default"], (dict, list)):
            kinds = [kind for option in shape.alternatives(attribute.annotation) if (kind := shape.kind_of(option))]
            written = entry["default"]
            value = parse(written, kinds[0]) if kinds and isinstance(written, str) else written
            assert value == attribute.default


def test_quantities_are_patterned_text():
    rate = SCHEMA["$defs"]["SwitchType"]["properties"]["rate"]
    assert rate["type"] == "string" and re.fullmatch(rate["pattern"], "400Gb/s")
    assert SCHEMA["$defs"]["SwitchType"]["properties"]["delay"]["default"] == "600ns"


DIGITS = st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9])?(e[0-9])?", fullmatch=True)
SYMBOLS = st.sampled_from(re.split(" ", " b bit B bytes b/s bps B/s /s Hz /min s m % FLOP/s F"))
UNITS = st.tuples(st.text("kKMGTPEi", max_size=2), SYMBOLS).map("".join)


@given(DIGITS, UNITS, st.sampled_from(sorted(KINDS)))
def test_patterns_take_what_the_parser_takes(digits, unit, name):
    kind, text = KINDS[name], f"{digits} {unit}"
    try:
        parse(text, kind)
        taken = True
    except QuantityError as error:
        assume(error.code != "E304")
        taken = False
    assert (re.search(pattern(kind), text) is not None) == taken


def good_files():
    folders = ("examples", "docs", "src", "tests")
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.yaml")):
        try:
            load_text(path.read_text(encoding="utf-8"))
        except (FindingsError, UnicodeDecodeError):
            continue
        yield path


def test_every_file_that_loads_validates():
    files = list(good_files())
    assert len(files) > 20
    for path in files:
        data = plain(read_source(path).tree.data)
        errors = [f"{path.name}: {e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(data)]
        assert not errors, errors


def test_files_with_a_wrong_shape_do_not_validate():
    """All that pydantic refuses for its shape the schema refuses too; bounds of quantities are beyond it."""
    beyond = {"E210", "E211", "E212", "E213", "E214", "E215", "E216", "E217", "E304", "E319"}
    for path in BROKEN:
        if path.stem[:4] < "E320" and path.stem[:4] not in beyond:
            assert not VALIDATOR.is_valid(plain(read_source(path).tree.data)), path.name


def test_a_small_site_validates():
    text = (ROOT / "tests" / "errors" / "E319-bytes.yaml").read_text(encoding="utf-8")
    assert VALIDATOR.is_valid(yaml.safe_load(text))


def test_every_attribute_of_every_noun_is_declared():
    assert reference.undeclared() == []
    names = {noun.__name__ for noun in reference.nouns()}
    assert {
        "Network",
        "Links",
        "AddressPlan",
        "DemandSet",
        "Schedule",
        "Routing",
        "Prediction",
        "Bill",
        "Plan",
    } <= names


@dataclass
class Noun:
    good: Annotated[FloatColumn, Unit("s"), Doc("Good.")]
    no_doc: int
    no_unit: Annotated[FloatColumn, Doc("Bad.")]
    neither: dict[str, float | None]


def test_undeclared_attributes_are_found(monkeypatch):
    monkeypatch.setattr(reference, "nouns", lambda: (Noun,))
    assert reference.undeclared() == ["Noun.no_doc: Doc", "Noun.no_unit: Unit", "Noun.neither: Doc and Unit"]


def test_reference_is_plain_markdown():
    assert REFERENCE.startswith("# The site file, key by key\n")
    assert "``" not in REFERENCE
    assert all(line.count("|") - line.count("\\|") == 6 for line in REFERENCE.splitlines() if line.startswith("|"))
    assert "`fabrics/<name>/leaf`" in REFERENCE and "`600ns`" in REFERENCE
