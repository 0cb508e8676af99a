"""The store: every noun comes back as it was, and damaged bytes never come back at all."""

from __future__ import annotations

import pickle
import pkgutil
import struct
import subprocess
import sys
import types
import typing
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, IntEnum, StrEnum
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import BaseModel

import easterly.model
from easterly.base.findings import Finding, Severity
from easterly.model import store
from easterly.model.cards import Card
from easterly.model.network import Links, Network, Nodes
from easterly.model.outcome import Method, Ref
from easterly.model.shaping import LinuxQos, Policer, Settings, ShapedClass, Shaper
from easterly.model.spec.site import Site
from easterly.model.stations import ErrorClass, Stations
from easterly.model.store import StoreError, digest, freeze, thaw

HEADER = 32


def nouns() -> list[type]:
    """All frozen dataclasses of the model, found by walking its modules."""
    found = []
    for info in pkgutil.walk_packages(easterly.model.__path__, "easterly.model."):
        if ".spec" in info.name:
            continue
        module = import_module(info.name)
        found += [
            c for c in vars(module).values() if isinstance(c, type) and is_dataclass(c) and c.__module__ == info.name
        ]
    return sorted(found, key=lambda c: c.__name__)


def example(hint: Any, size: int = 3) -> Any:
    """Some value of an annotated type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return example(arguments[0], size)
    if origin in (typing.Union, types.UnionType):
        return example(arguments[0], size)
    if origin is np.ndarray:
        (dtype,) = typing.get_args(arguments[1])
        return np.array(["a", "bcd", ""]) if dtype is np.str_ else np.arange(size).astype(dtype)
    if origin is tuple:
        return tuple(example(arguments[0], size) for _ in range(2))
    if origin is typing.Literal:
        return arguments[-1]
    if origin in (dict, Mapping):
        return {"k2": example(arguments[1], size), "k1": example(arguments[1], size)}
    if hint is Any:
        return [1, None, "x"]
    return example_of_class(hint, size)


SHAPED = ShapedClass("all", 1, None, 8_000, 8_000, 1_514, 1_514, 1_514)
SHAPER = Shaper("eth0", (SHAPED,), "all")
POLICER = Policer("p", "eth0", 8_000, 1)
CARD = Card((3,), (), (0, 0, 0, 100, 0, 0, 0, 0), (3,) * 64)
SETTINGS = Settings(sysctl={"net.core.rmem_max": "1"}, cards={"eth0": CARD})
ONE = np.ones(1)
STATIONS = Stations("M/M/1", ErrorClass.EXACT, ONE / 2, ONE / 2, ONE / 2, ONE, ONE / 2, 2 * ONE, ONE)
STATED = {
    ShapedClass: SHAPED, Shaper: SHAPER, Policer: POLICER, LinuxQos: LinuxQos("h", (SHAPER,), (POLICER,)), Card: CARD,
    Settings: SETTINGS, Stations: STATIONS,
}  # fmt: skip
"""Nouns that refuse values that do not belong together."""


def example_of_class(made: type, size: int) -> Any:
    if made in STATED:
        return STATED[made]
    if is_dataclass(made):
        hints = typing.get_type_hints(made, include_extras=True)
        return made(**{f.name: example(hints[f.name], size) for f in fields(made) if f.init})
    if issubclass(made, Enum):
        return list(made)[-1]
    if made is Site:
        return site()
    if issubclass(made, BaseModel):
        wanted = {name: example(f.annotation, size) for name, f in made.model_fields.items() if f.is_required()}
        return made.model_validate(wanted)
    return {str: "text \u2603", int: 7, float: 0.1, bool: True, type(None): None}[made]


def site() -> Site:
    return Site.model_validate(
        {
            "version": 1,
            "site": {"name": "s"},
            "hardware": {
                "switches": {"sw": {"ports": 8, "rate": "400Gb/s"}},
                "hosts": {"h": {"gpus": 8, "nics": 8, "nic_rate": "400Gb/s"}},
            },
            "fabrics": {
                "f": {
                    "blueprint": "leaf-spine",
                    "hosts": {"type": "h", "count": 2},
                    "leaf": {"type": "sw", "down": 4, "up": 4},
                    "spine": {"type": "sw"},
                }
            },
            "wan": {
                "sites": {"paris": {}},
                "links": {"p": {"a": "f", "b": "paris", "rate": "1Tb/s", "delay": "2ms", "srlg": ["duct"]}},
            },
            "classes": {"gold": {"dscp": 46, "share": "rest"}},
            "intents": {"i": {"class": "gold", "utilisation": {"max": "80%"}}},
        }
    )


def same(a: Any, b: Any) -> bool:
    """Structural equality, with types and dtypes, NaN equal to itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return repr(a) == repr(b) if isinstance(a, float) else bool(a == b)


@pytest.mark.parametrize("noun", nouns(), ids=lambda c: c.__name__)
def test_every_noun_comes_back_as_it_was(noun: type) -> None:
    before = example(noun)
    after = thaw(freeze(before))
    assert same(before, after)
    assert freeze(after) == freeze(before)
    assert digest(after) == digest(before)


def test_the_nouns_are_all_there() -> None:
    names = {c.__name__ for c in nouns()}
    assert {"Network", "DemandSet", "Routing", "AddressPlan", "Prediction", "Plan", "TrafficMatrices"} <= names


def test_a_site_comes_back_with_names_aliases_and_origins() -> None:
    after = thaw(freeze(site()))
    assert after == site()
    assert after.fabrics["f"].origin == "fabrics/f" and after.intents["i"].traffic_class == "gold"
    assert after.model_fields_set == site().model_fields_set
    assert after.hardware.switches["sw"].rate == 4e11
    assert after.model_dump() == site().model_dump()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
columns = hnp.arrays(
    st.sampled_from([np.dtype(d) for d in ("f8", "i4", "i8", "?", "U4", "U1")]),
    hnp.array_shapes(min_side=0, max_dims=3),
)
trees = st.recursive(
    scalars | columns | st.sampled_from([Method.BOUND, Severity.NOTE]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(trees)
@settings(max_examples=150, deadline=None)
def test_any_tree_comes_back_as_it_was(tree: Any) -> None:
    assert same(tree, thaw(freeze(tree)))


def test_columns_are_read_only_views_of_the_bytes() -> None:
    data = freeze({"a": np.arange(1000.0), "b": np.array(["xy", "z"])})
    after = thaw(data)
    whole = np.frombuffer(data, np.uint8)
    for column in after.values():
        assert np.shares_memory(column, whole)
        assert not column.flags.writeable and column.flags.aligned and column.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            column[0] = column[0]
    offset = after["a"].__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    assert offset % 64 == 0


def test_a_bytearray_thaws_to_read_only_columns_too() -> None:
    assert not thaw(bytearray(freeze(np.arange(4))))[1:].flags.writeable


def test_numpy_scalars_and_other_byte_orders_become_plain() -> None:
    after = thaw(freeze((np.float64(0.1), np.int64(3), np.bool_(True), np.str_("x"), np.arange(3, dtype=">i4"))))
    assert [type(v) for v in after[:4]] == [float, int, bool, str]
    assert after[4].dtype == np.dtype("<i4") and after[4].tolist() == [0, 1, 2]


def test_an_array_met_twice_is_written_once() -> None:
    big = np.arange(10_000.0)
    assert len(freeze((big, big))) < 1.5 * big.nbytes
    assert digest((big, big)) == digest((big, big.copy()))


def test_a_strided_array_is_stored_whole() -> None:
    array = np.arange(20).reshape(4, 5)[::2, ::-1]
    assert thaw(freeze(array)).tolist() == array.tolist()


class Colour(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Foreign:
    x: int


@pytest.mark.parametrize(
    "value", [Foreign(1), Colour.RED, Number.ONE, {1, 2}, b"raw", object(), np.array([None]), np.array([1j]), Foreign]
)
def test_what_is_no_noun_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        freeze(value)


def sealed(manifest: bytes, arrays: bytes = b"") -> bytes:
    """Bytes whose check sum is right, so that the checks behind it are reached."""
    pad = b"\0" * (-(HEADER + len(manifest)) % 64)
    body = manifest + pad + arrays
    return struct.pack("<8sIIQQ", b"easterly", 1, zlib.crc32(body), len(manifest), len(pad) + len(arrays)) + body


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"noun":1}',
        b'{"noun":{"array":0},"arrays":[]}',
        b'{"noun":{"array":-1},"arrays":[["<f8",[1],0]]}',
        b'{"noun":{"array":true},"arrays":[["<f8",[0],0],["<f8",[0],0]]}',
        b'{"noun":{"a":1,"b":2},"arrays":[]}',
        b'{"noun":{"what":[1,2]},"arrays":[]}',
        b'{"noun":{"noun":["os:System",{}]},"arrays":[]}',
        b'{"noun":{"noun":["easterly.model.store:BaseModel",{}]},"arrays":[]}',
        b'{"noun":{"noun":["easterly.model.nowhere:X",{}]},"arrays":[]}',
        b'{"noun":{"noun":["easterly.model.outcome:Nobody",{}]},"arrays":[]}',
        b'{"noun":{"noun":["easterly.model.outcome:Ref",{"kind":"link"}]},"arrays":[]}',
        b'{"noun":{"model":["easterly.model.outcome:Ref",{"kind":"link","id":"x"},[],{}]},"arrays":[]}',
        b'{"noun":{"enum":["easterly.model.outcome:Method","guess"]},"arrays":[]}',
        b'{"noun":{"float":"1.5x"},"arrays":[]}',
        b'{"noun":{"map":[[[],1]]},"arrays":[]}',
        b'{"noun":1,"arrays":[["|O",[1],0]]}',
        b'{"noun":1,"arrays":[["<f8",[1000000000000000000],0]]}',
        b'{"noun":1,"arrays":[["<f8",[-1,-8],0]]}',
        b'{"noun":1,"arrays":[["<f8",[1],-8]]}',
        b'{"noun":1,"arrays":[["<f8",[9223372036854775807,0],0]]}',
        b'{"noun":' + b"[" * 100_000 + b"]" * 100_000 + b',"arrays":[]}',
    ],
)
def test_a_wrong_manifest_is_refused_even_with_a_right_check_sum(manifest: bytes) -> None:
    with pytest.raises(StoreError):
        thaw(sealed(manifest))


def test_a_right_manifest_passes_the_same_seal() -> None:
    manifest = b'{"noun":{"noun":["easterly.model.outcome:Ref",{"kind":"link","id":"x"}]},"arrays":[]}'
    assert thaw(sealed(manifest)) == Ref("link", "x")
    assert thaw(sealed(b'{"noun":{"array":0},"arrays":[["<i4",[1],0]]}', b"\x07\0\0\0")).tolist() == [7]


SMALL = freeze({"ref": Ref("link", "a"), "x": np.arange(5.0), "t": np.array(["ab", "c"])})


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_a_changed_byte_is_found(at: int, change: int) -> None:
    damaged = bytearray(SMALL)
    damaged[at] ^= change
    with pytest.raises(StoreError):
        thaw(damaged)


@given(st.integers(0, len(SMALL) - 1))
@settings(max_examples=60, deadline=None)
def test_a_cut_is_found(length: int) -> None:
    with pytest.raises(StoreError):
        thaw(SMALL[:length])


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(StoreError):
        thaw(data)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_forged_check_sum_never_ends_in_another_error(edits: list[tuple[int, int]]) -> None:
    """Whoever can write the check sum can write any values, but no code and no traceback."""
    damaged = bytearray(SMALL)
    body = len(SMALL) - HEADER
    for at, byte in edits:
        damaged[HEADER + at % body] = byte
    damaged[12:16] = struct.pack("<I", zlib.crc32(damaged[HEADER:]))
    try:
        thaw(damaged)
    except StoreError as error:
        assert str(error)


def test_another_version_and_a_pickle_are_named() -> None:
    later = bytearray(SMALL)
    later[8] = 2
    with pytest.raises(StoreError, match="version 2"):
        thaw(later)
    with pytest.raises(StoreError, match="not written by easterly"):
        thaw(pickle.dumps({"a": list(range(40))}))


def test_a_digest_ignores_the_order_of_maps_and_written_defaults() -> None:
    assert digest({"a": 1, "b": {"x": 1, "y": 2}}) == digest({"b": {"y": 2, "x": 1}, "a": 1})
    assert freeze({"a": 1, "b": 2}) != freeze({"b": 2, "a": 1})
    document = {"version": 1, "site": {"name": "s"}, "fabrics": {}}
    assert digest(Site.model_validate(document)) == digest(Site.model_validate({**document, "seed": 1}))
    assert digest(Site.model_validate(document)) != digest(Site.model_validate({**document, "seed": 2}))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, True),
        ("1", 1),
        ((1, 2), [1, 2]),
        (np.arange(3), np.arange(3.0)),
        (np.arange(4), np.arange(4).reshape(2, 2)),
        (("a", "b"), ("ab",)),
        (Finding("E101", "", "x"), Finding("E101", "", "y")),
    ],
)
def test_different_values_have_different_digests(a: Any, b: Any) -> None:
    assert digest(a) != digest(b)


def test_the_digest_is_the_same_in_every_process() -> None:
    program = (
        "import numpy as np; from easterly.model.store import digest;"
        "print(digest({'b': np.arange(5.0), 'a': ('x', 0.1, None)}, np.array(['p', 'qq'])))"
    )
    out = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "77")
    }
    assert out == {digest({"a": ("x", 0.1, None), "b": np.arange(5.0)}, np.array(["p", "qq"]))}


def test_a_network_comes_back_without_its_memories() -> None:
    network = example(Network)
    assert isinstance(network.nodes, Nodes) and isinstance(network.links, Links)
    assert network.index  # fills a cached property, which is no part of the noun
    assert "index" not in vars(thaw(freeze(network)))


def test_the_header_has_the_size_that_the_layout_says() -> None:
    assert store._HEADER.size == HEADER
