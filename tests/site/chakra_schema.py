"""The messages of Chakra as `protobuf` knows them: an oracle that shares no line with our reader."""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SCALARS = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
    "sfixed64", "bool", "string", "bytes",
]  # fmt: skip
"""Types of attributes, in the order of their fields: a single value in field 3 + 2 i, a list in the next."""

_OF = {name: getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{name.upper()}") for name in SCALARS}
_ONE, _MANY = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL, descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED


def _field(message, name, number, kind, *, many=False, oneof=None):
    field = message.field.add(name=name, number=number, label=_MANY if many else _ONE)
    if kind in _OF:
        field.type = _OF[kind]
    else:
        field.type, field.type_name = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE, f".chakra.{kind}"
    if oneof is not None:
        field.oneof_index = oneof


def _build():
    file = descriptor_pb2.FileDescriptorProto(name="chakra.proto", package="chakra", syntax="proto3")
    attribute = file.message_type.add(name="Attribute")
    attribute.oneof_decl.add(name="value")
    _field(attribute, "name", 1, "string")
    for place, kind in enumerate(SCALARS):
        listed = file.message_type.add(name=f"{kind.capitalize()}List")
        _field(listed, "values", 1, kind, many=True)
        _field(attribute, f"{kind}_val", 3 + 2 * place, kind, oneof=0)
        _field(attribute, f"{kind}_list", 4 + 2 * place, f"{kind.capitalize()}List", oneof=0)
    inputs = file.message_type.add(name="IOInfo")
    for number, name in enumerate(("values", "shapes", "types"), start=1):
        _field(inputs, name, number, "string")
    metadata = file.message_type.add(name="GlobalMetadata")
    _field(metadata, "version", 1, "string")
    _field(metadata, "attr", 2, "Attribute", many=True)
    node = file.message_type.add(name="Node")
    _field(node, "id", 1, "uint64")
    _field(node, "name", 2, "string")
    _field(node, "type", 3, "int32")
    _field(node, "ctrl_deps", 4, "uint64", many=True)
    _field(node, "data_deps", 5, "uint64", many=True)
    _field(node, "start_time_micros", 6, "uint64")
    _field(node, "duration_micros", 7, "uint64")
    _field(node, "inputs", 8, "IOInfo")
    _field(node, "outputs", 9, "IOInfo")
    _field(node, "attr", 10, "Attribute", many=True)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return (message_factory.GetMessageClass(pool.FindMessageTypeByName(f"chakra.{name}"))
            for name in ("GlobalMetadata", "Node", "Attribute"))  # fmt: skip


GlobalMetadata, Node, Attribute = _build()


def encoded(*messages):
    """Messages with their lengths before them, as Chakra's tools write them."""
    from google.protobuf.internal.encoder import _VarintBytes

    parts = [message.SerializeToString() for message in messages]
    return b"".join(_VarintBytes(len(part)) + part for part in parts)


def decoded(data):
    """Metadata, and nodes, of a file."""
    from google.protobuf.internal.decoder import _DecodeVarint32

    parts, at = [], 0
    while at < len(data):
        size, at = _DecodeVarint32(data, at)
        parts.append(data[at : at + size])
        at += size
    return GlobalMetadata.FromString(parts[0]), [Node.FromString(part) for part in parts[1:]]


def node(number, kind, deps=(), micros=0, ctrl=(), **values):
    """A node whose attributes have the types that Chakra's own tools give them."""
    made = Node(id=number, name=f"n{number}", type=kind, data_deps=deps, ctrl_deps=ctrl, duration_micros=micros)
    for name, value in values.items():
        attr = made.attr.add(name=name)
        if isinstance(value, bool):
            attr.bool_val = value
        elif isinstance(value, str):
            attr.string_val = value
        elif isinstance(value, list):
            attr.bool_list.values.extend(value)
        elif name in ("comm_src", "comm_dst", "comm_tag"):
            attr.int32_val = value
        else:
            attr.int64_val = value
    return made
