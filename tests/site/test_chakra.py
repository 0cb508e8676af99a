"""Chakra traces: against the `protobuf` package, and against files that nobody should trust."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.base.findings import FindingsError
from easterly.model.traces import TraceCollective, TraceGroups, TraceKind, Traces
from easterly.site.formats import chakra
from easterly.site.formats.chakra import attributes, files, nodes, wire

schema = pytest.importorskip("tests.site.chakra_schema", reason="needs the package protobuf")
Attribute, GlobalMetadata, Node, SCALARS = schema.Attribute, schema.GlobalMetadata, schema.Node, schema.SCALARS
SEND, RECV, COLL, COMP = (TraceKind[k] for k in ("COMM_SEND", "COMM_RECV", "COMM_COLL", "COMP"))
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(folder, *ranks, name="t", pack=False):
    """Files of the nodes of each rank."""
    folder.mkdir(exist_ok=True)
    for rank, members in enumerate(ranks):
        data = schema.encoded(GlobalMetadata(version="0.0.4"), *members)
        path = folder / f"{name}.{rank}.et{'.gz' if pack else ''}"
        path.write_bytes(gzip.compress(data) if pack else data)
    return folder


def codes(folder, **how):
    with pytest.raises(FindingsError) as refused:
        chakra.read(folder, **how)
    return [finding.code for finding in refused.value.findings], refused.value.findings


RANGES = {
    "double": st.floats(allow_nan=False), "float": st.floats(width=32, allow_nan=False),
    "int32": st.integers(-(2**31), 2**31 - 1), "int64": st.integers(-(2**63), 2**63 - 1),
    "uint32": st.integers(0, 2**32 - 1), "uint64": st.integers(0, 2**64 - 1),
    "sint32": st.integers(-(2**31), 2**31 - 1), "sint64": st.integers(-(2**63), 2**63 - 1),
    "fixed32": st.integers(0, 2**32 - 1), "fixed64": st.integers(0, 2**64 - 1),
    "sfixed32": st.integers(-(2**31), 2**31 - 1), "sfixed64": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(), "string": st.text(),
}  # fmt: skip


@given(st.data(), st.sampled_from(sorted(RANGES)))
def test_attributes_of_every_type_are_what_protobuf_wrote(data, kind):
    value = data.draw(RANGES[kind])
    made = Attribute(name="comm_size", **{f"{kind}_val": value})
    assert attributes.attribute(made.SerializeToString()) == ("comm_size", value)


@given(st.data(), st.sampled_from(["int32", "uint64", "bool"]))
def test_lists_of_numbers_are_what_protobuf_wrote(data, kind):
    values = data.draw(st.lists(st.integers(0, 1) if kind == "bool" else st.integers(0, 2**31 - 1), max_size=5))
    made = Attribute(name="involved_dim")
    getattr(made, f"{kind}_list").values.extend(values)
    assert attributes.attribute(made.SerializeToString()) == ("involved_dim", values)


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**29 - 1), st.binary(max_size=300), st.floats(allow_nan=False))
def test_fields_go_both_ways(value, number, data, real):
    parts = wire.put(number, value) + wire.put(number, data) + wire.put(number, real)
    (_, _, a), (_, _, b), (_, kind, c) = wire.fields(parts)
    assert (a, b, kind) == (value, data, wire.FIXED64)
    assert Attribute.FromString(wire.put(1, b"x") + wire.put(3, real)).double_val == real
    assert Attribute.FromString(wire.put(1, b"x") + wire.put(13, value)).uint64_val == value
    assert isinstance(c, int)


times = st.sampled_from([0.0, 1e-6, 0.25, 1 / 3, 17.3e-6, 12.0])
sizes = st.sampled_from([0.0, 1.0, 1024.0, 1e9 / 3, 2.0**40])


@st.composite
def any_traces(draw):
    """Traces of a few ranks, as they could come from anywhere; every column that a file has differs."""
    ranks = draw(st.integers(1, 3))
    names = draw(st.lists(st.sampled_from(["1", "2", "dp", "größe"]), unique=True, max_size=3))
    kinds, columns, deps = [COMP, SEND, RECV, COLL, TraceKind.MEM_LOAD], [], []
    for rank in range(ranks):
        first = len(columns)
        numbers = draw(st.lists(st.integers(0, 2**40), unique=True, max_size=5))
        for place, number in enumerate(numbers):
            kind = draw(st.sampled_from(kinds))
            talks, meets = kind in (SEND, RECV), kind == COLL
            columns.append((
                rank, number, int(kind), draw(st.booleans()), draw(times),
                draw(sizes.map(round)) if kind == COMP else 0, draw(sizes.map(round)) if kind == COMP else 0,
                draw(sizes) if talks or meets else 0,
                draw(st.integers(0, 9)) if talks else -1, draw(st.integers(0, 9)) if talks else -1,
                draw(st.integers(0, 2**31 - 1)) if talks else -1, draw(st.integers(0, 9)) if meets else -1,
                draw(st.integers(-2, len(names) - 1)) if meets else -1, 0,
            ))  # fmt: skip
            if columns[-1][12] == -2:
                columns[-1] = (*columns[-1][:13], draw(st.integers(1, 2**9)))
            deps.append(
                sorted(draw(st.sets(st.integers(first, first + len(numbers) - 1), max_size=3)) - {first + place})
            )
    used = [c[12] for c in columns if c[12] >= 0]
    order = list(dict.fromkeys(used))
    columns = [(*c[:12], order.index(c[12]) if c[12] >= 0 else c[12], c[13]) for c in columns]
    table = list(zip(*columns, strict=True)) or [()] * 14
    make = (ints, indices, ints, bools, floats, floats, floats, floats, ints, ints, indices, ints, ints, indices)
    made = [build(column) for build, column in zip(make, table, strict=True)]
    groups = TraceGroups(texts([*(names[g] for g in order), ""])[:-1], indices([0] * (len(order) + 1)), ints([]))
    interface = texts([draw(st.sampled_from(["", "h1:nic0"])) for _ in range(ranks)])
    ptr = indices(np.cumsum([0, *map(len, deps)]))
    return Traces(*made, ptr, ints([d for row in deps for d in row]), groups, interface)


def assert_same(traces, again):
    for f in fields(Traces):
        if f.name != "groups":
            assert getattr(traces, f.name).tolist() == getattr(again, f.name).tolist(), f.name
    assert traces.groups.name.tolist() == again.groups.name.tolist()


@given(any_traces(), st.sampled_from(["et", "json"]), st.booleans())
@quick
def test_traces_are_written_and_read_back(tmp_path_factory, traces, form, compress):
    folder = tmp_path_factory.mktemp("traces")
    paths = chakra.write(traces, folder, "run.7", form=form, compress=compress)
    assert [path.name for path in paths] == [
        f"run.7.{rank}.{form}{'.gz' if compress else ''}" for rank in range(traces.ranks)
    ]
    again, notes = chakra.read(folder)
    assert_same(traces, again)
    assert notes == ()


@given(any_traces())
@quick
def test_protobuf_reads_what_we_write(tmp_path_factory, traces):
    folder = tmp_path_factory.mktemp("traces")
    for rank, path in enumerate(chakra.write(traces, folder, "x")):
        metadata, found = schema.decoded(path.read_bytes())
        rows = np.flatnonzero(traces.rank == rank)
        assert metadata.version == "0.0.4" and len(found) == len(rows)
        assert [a.string_val for a in metadata.attr] == [name for name in [traces.interface[rank]] if name]
        for row, made in zip(rows, found, strict=True):
            values = {attr.name: attr for attr in made.attr}
            deps = traces.dep_idx[traces.dep_ptr[row] : traces.dep_ptr[row + 1]]
            assert (made.id, made.type) == (traces.node[row], traces.kind[row])
            assert list(made.data_deps) == traces.node[deps].tolist()
            assert made.duration_micros == round(traces.duration_s[row] * 1e6)
            assert values["is_cpu_op"].bool_val == traces.on_cpu[row]
            if traces.kind[row] in (SEND, RECV):
                told = [values[f"comm_{n}"].int32_val for n in ("src", "dst", "tag")]
                assert told == [traces.src[row], traces.dst[row], traces.tag[row]]
                assert values["comm_size"].int64_val == round(traces.size_B[row])
            if traces.kind[row] == COLL:
                assert values["comm_type"].int64_val == traces.collective[row]
                flags = values["involved_dim"].bool_list.values if "involved_dim" in values else []
                assert sum(flag << place for place, flag in enumerate(flags)) == traces.dimensions[row]


def test_what_other_tools_write_is_read(tmp_path):
    """Nodes with the attributes of Chakra's generator: compute, a message, collectives; dependencies of both kinds."""
    metadata = schema.node(0, TraceKind.METADATA)
    metadata.inputs.values = '[\'[{"pg_name": "3", "ranks": [0, 1]}]\']'
    first = [
        metadata, schema.node(5, COMP, [], 17, is_cpu_op=False),
        schema.node(6, COMP, [5], num_ops=10**9, tensor_size=4096),
        schema.node(7, SEND, [6], ctrl=[5], comm_dst=1, comm_size=1024, comm_tag=9),
        schema.node(8, COLL, [7], comm_type=int(TraceCollective.ALL_GATHER), comm_size=2**33, pg_name="3"),
        schema.node(9, COLL, [8], comm_type=0, comm_size=64, involved_dim=[True, False, True]),
    ]  # fmt: skip
    second = [schema.node(0, RECV, comm_src=0, comm_size=1024, comm_tag=9), schema.node(1, COLL, [0], pg_name="3")]
    traces, notes = chakra.read(written(tmp_path / "a", first, second, pack=True))
    assert repr(traces) == "<Traces: 8 nodes of 2 ranks>" and notes == ()
    assert traces.duration_s[1] == pytest.approx(17e-6) and traces.operations[2] == 1e9 and traces.tensor_B[2] == 4096
    assert traces.dep_idx[traces.dep_ptr[3] : traces.dep_ptr[4]].tolist() == [1, 2]
    assert (traces.src[3], traces.dst[3], traces.tag[3], traces.size_B[3]) == (-1, 1, 9, 1024)
    assert traces.size_B[4] == 2**33 and traces.groups.name.tolist() == ["3"]
    assert traces.groups.member_idx.tolist() == [0, 1] and traces.group.tolist() == [-1, -1, -1, -1, 0, -2, -1, 0]
    assert traces.dimensions[5] == 0b101
    assert traces.collective.tolist() == [-1] * 4 + [2, 0, -1, 0]


def test_the_jsonizer_writes_what_is_read(tmp_path):
    """The JSON of each message, one behind the other."""
    json_format = pytest.importorskip("google.protobuf.json_format")
    members = [schema.node(1, COMP, [], 20), schema.node(2, SEND, [1], comm_dst=0, comm_size=2**40, is_cpu_op=True),
               schema.node(3, COLL, [2], pg_name="x", involved_dim=[False, True])]  # fmt: skip
    written(tmp_path / "et", members)
    (tmp_path / "json").mkdir()
    text = "\n".join(json_format.MessageToJson(m) for m in (GlobalMetadata(version="0.0.4"), *members))
    (tmp_path / "json" / "t.0.json").write_text(text)
    assert_same(*(chakra.read(tmp_path / form)[0] for form in ("et", "json")))


def test_groups_can_stand_in_a_file(tmp_path):
    folder = written(tmp_path / "a", [schema.node(1, COLL, pg_name="7")], [schema.node(1, COLL, pg_name="7")])
    (tmp_path / "groups.json").write_text('{"7": [1, 0]}')
    traces, _ = chakra.read(folder, groups=tmp_path / "groups.json")
    assert traces.groups.member_idx.tolist() == [1, 0]
    (tmp_path / "groups.json").write_text('{"7": ["a"]}')
    assert codes(folder, groups=tmp_path / "groups.json")[0] == ["E122"]


BROKEN = {
    "cut short": (lambda data: data[:-3], "E122"),
    "length beyond the end": (lambda data: data + b"\xff\xff\xff\xff\x0f", "E122"),
    "number without end": (lambda data: data + b"\xff" * 12, "E122"),
    "field 0": (lambda data: data + b"\x02\x00\x00", "E122"),
    "a group": (lambda data: data + b"\x01\x0b", "E122"),
    "text for a number": (lambda data: data + wire.put_message(wire.put(1, b"one")), "E122"),
    "number for an attribute": (lambda data: data + wire.put_message(wire.put(10, 4)), "E122"),
    "text for a size": (lambda data: data + wire.put_message(
        wire.put(1, 9) + wire.put(10, wire.put(1, b"comm_size") + wire.put(9, b"x"))), "E122"),
    "unknown type": (lambda data: data + wire.put_message(wire.put(1, 9) + wire.put(3, 44)), "E122"),
    "negative number": (lambda data: data + wire.put_message(wire.put(1, -5)), "E122"),
    "nothing": (lambda data: b"", "E133"),
    "spaces": (lambda data: b" \n", "E133"),
    "twice": (lambda data: data + schema.encoded(schema.node(2, COMP)), "E666"),
    "missing": (lambda data: data + schema.encoded(schema.node(3, COMP, [77])), "E666"),
    "negative size": (lambda data: data + schema.encoded(schema.node(3, SEND, comm_size=-1)), "E122"),
    "huge rank": (lambda data: data + wire.put_message(
        wire.put(1, 9) + wire.put(10, wire.put(1, b"comm_dst") + wire.put(13, 2**60))), "E122"),
    "endless time": (lambda data: data + wire.put_message(
        wire.put(1, 9) + wire.put(10, wire.put(1, b"duration_s") + wire.put(3, math.inf))), "E122"),
    "packed cut short": (lambda data: gzip.compress(data)[:-9], "E122"),
    "packed and damaged": (lambda data: b"\x1f\x8b" + data, "E122"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_damaged_files_are_refused_with_their_place(tmp_path, case):
    damage, code = BROKEN[case]
    folder = written(tmp_path / "a", [schema.node(1, COMP, [], 5), schema.node(2, COMP, [1], 5)])
    path = folder / "t.0.et"
    path.write_bytes(damage(path.read_bytes()))
    found, findings = codes(folder)
    assert found == [code] and findings[0].file == str(path)
    if code == "E666":
        assert findings[0].at in ("nodes/2", "nodes/3")
    if code == "E122" and "packed" not in case:
        assert findings[0].at and "node" in findings[0].message


JSON_BROKEN = {
    "no JSON": "{", "no object": "[1]", "no list": '{"workload_graph": 3}', "no nodes": '{"workload_graph": [4]}',
    "no number": '{"workload_graph": [{"NodeType": 4}]}', "half a number": '{"workload_graph": [{"Id": 1.5}]}',
    "truth": '{"workload_graph": [{"Id": true}]}', "deps": '{"workload_graph": [{"Id": 1, "data_deps": 3}]}',
    "dep": '{"workload_graph": [{"Id": 1, "data_deps": ["x"]}]}',
    "time": '{"workload_graph": [{"Id": 1, "runtime": -1}]}',
    "nan": '{"workload_graph": [{"Id": 1, "runtime": NaN}]}', "deep": "[" * 100_000,
    "digits": '{"workload_graph": [{"Id": ' + "9" * 5000 + "}]}",
    "type": '{"workload_graph": [{"Id": 1, "NodeType": "X"}]}',
    "attributes": '{} {"id": "1", "attr": [{"int64Val": "3"}]}', "second": '{} 17',
    "size": '{"workload_graph": [{"Id": 1, "NodeType": 5, "comm_size": "big"}]}',
}  # fmt: skip


@pytest.mark.parametrize("case", JSON_BROKEN)
def test_damaged_json_is_refused(tmp_path, case):
    (tmp_path / "t.0.json").write_text(JSON_BROKEN[case])
    found, findings = codes(tmp_path)
    assert found == ["E122"] and findings[0].message


def test_json_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "t.0.json").write_bytes(b'{"workload_graph": "\xff"}')
    assert codes(tmp_path)[0] == ["E134"]


def test_names_of_files_tell_traces_and_ranks(tmp_path):
    assert codes(tmp_path)[0] == ["E120"]
    written(tmp_path, [schema.node(1, COMP)], name="a")
    (tmp_path / "a.x.et").write_bytes(b"")
    (tmp_path / "readme.md").write_text("")
    assert chakra.read(tmp_path)[0].ranks == 1
    assert codes(tmp_path / "readme.md")[0] == ["E120"]
    written(tmp_path, [schema.node(1, COMP)], name="b")
    found, findings = codes(tmp_path)
    assert found == ["E120"] and "a, b" in findings[0].message
    assert len(chakra.read([tmp_path / "a.0.et"])[0]) == 1
    (tmp_path / "a.0.json").write_text("{}")
    assert codes([tmp_path / "a.0.et", tmp_path / "a.0.json"])[0] == ["E122"]
    (tmp_path / "a.9999999.et").write_bytes((tmp_path / "a.0.et").read_bytes())
    assert codes([tmp_path / "a.9999999.et"])[0] == ["E132"]
    with pytest.raises(FileNotFoundError):
        chakra.read(tmp_path / "none.0.et")


def test_more_than_anybody_has_is_refused(tmp_path, monkeypatch):
    folder = written(tmp_path / "a", [schema.node(n, COMP, [0] if n else []) for n in range(50)])
    packed = tmp_path / "b" / "t.0.et.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(bytes(10**6)))
    monkeypatch.setitem(files.LARGEST_B, "et", 10**5)
    assert codes(packed)[0] == ["E132"]
    monkeypatch.setitem(files.LARGEST_B, "et", 100)
    assert codes(folder)[0] == ["E132"]
    monkeypatch.undo()
    monkeypatch.setattr(files, "MOST_NODES", 49)
    assert codes(folder)[0] == ["E132"]
    monkeypatch.undo()
    monkeypatch.setattr(nodes, "MOST_DEPS", 0)
    assert codes(folder)[0] == ["E122"]


@given(st.binary(max_size=400), st.sampled_from(["et", "et.gz", "json"]))
@quick
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, ending):
    path = tmp_path_factory.mktemp("any") / f"t.0.{ending}"
    path.write_bytes(data)
    try:
        traces, _ = chakra.read(path)
    except FindingsError as error:
        assert all(f.file == str(path) and f.message for f in error.findings)
    else:
        assert len(traces.dep_ptr) == len(traces) + 1


@given(st.data())
@quick
def test_any_damage_to_a_trace_is_survived(tmp_path_factory, data):
    """A few bytes changed, taken out or put in."""
    members = [schema.node(n, data.draw(st.sampled_from([COMP, SEND, COLL])), range(n), 3, comm_size=9, pg_name="1",
                           involved_dim=[True, False], is_cpu_op=False) for n in range(4)]  # fmt: skip
    whole = bytearray(schema.encoded(GlobalMetadata(version="0.0.4"), *members))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        whole = whole or bytearray(b"\x00")
    path = tmp_path_factory.mktemp("any") / "t.0.et"
    path.write_bytes(whole)
    try:
        traces, _ = chakra.read(path)
    except FindingsError as error:
        assert {finding.code for finding in error.findings} <= {"E122", "E132", "E133", "E666"}
    else:
        assert (traces.dep_idx < len(traces)).all() and np.isfinite(traces.size_B).all()


KEYS = ["workload_graph", "Id", "NodeType", "data_deps", "comm_size", "attr", "name", "id", "type", "int64Val"]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = st.deferred(
    lambda: (
        scalars | st.lists(json_values, max_size=3) | st.dictionaries(st.sampled_from(KEYS), json_values, max_size=4)
    )
)


@given(st.lists(json_values, min_size=1, max_size=3))
@quick
def test_any_json_is_read_or_refused(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("any") / "t.0.json"
    path.write_text("\n".join(map(json.dumps, documents)))
    try:
        chakra.read(path)
    except FindingsError as error:
        assert {finding.code for finding in error.findings} <= {"E122", "E666"}
