"""Nouns to bytes and back, without pickle: a manifest in JSON, then raw aligned arrays.

Layout, little-endian: a header of 32 bytes (magic, version, CRC-32 of all that follows, lengths of the manifest
and of the arrays), the manifest, then every array at a multiple of 64 bytes. Thawed columns are read-only views
of the bytes they came from, so reading costs no more than the check sum. Nothing in the bytes is ever executed,
and only classes of `easterly.model` (and `Finding`) can be named in them.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from importlib import import_module
from re import compile as pattern
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

VERSION = 1
MAGIC = b"easterly"
ALIGN = 64
_HEADER = struct.Struct("<8sIIQQ")
_DTYPE = pattern(r"<[fiu][248]|\|[iu]1|\|b1|<U\d{1,7}")
_CLASS = pattern(r"(easterly\.model(?:\.[a-z_]+)+|easterly\.base\.findings):([A-Z]\w*)")
_SCALARS = (type(None), bool, int, str)
Buffer = bytes | bytearray | memoryview


class StoreError(Exception):
    """Bytes that are damaged, of another version, or that name what no noun is made of."""


def freeze(noun: Any) -> bytes:
    """Turn a noun into bytes.

    Parameters
    ----------
    noun : tree of frozen dataclasses, columns, site models, enums, tuples, lists, dicts and plain values

    Returns
    -------
    bytes
        The same for the same noun, on any machine. Maps keep their order.

    Raises
    ------
    TypeError
        For a value of any other type.

    Examples
    --------
    >>> thaw(freeze({"rates_bps": np.array([1e9, 4e11])}))
    {'rates_bps': array([1.e+09, 4.e+11])}
    """
    writer = _Writer(canonical=False)
    manifest = json.dumps({"noun": writer.encode(noun), "arrays": writer.table()}, separators=(",", ":")).encode()
    body = [manifest, *writer.blobs(len(manifest))]
    check = 0
    for part in body:
        check = zlib.crc32(part, check)
    arrays = sum(len(part) for part in body) - len(manifest)
    return b"".join([_HEADER.pack(MAGIC, VERSION, check, len(manifest), arrays), *body])


def thaw(data: Buffer) -> Any:
    """Make the noun again; its columns are read-only views of `data`.

    Parameters
    ----------
    data : bytes-like
        What `freeze` returned, whole; a memory map will do.

    Raises
    ------
    StoreError
        If the bytes are damaged, cut short, of another version, or name an unknown class or field.
    """
    view = memoryview(data).cast("B").toreadonly()
    manifest, arrays = _open(view)
    try:
        document = json.loads(bytes(manifest))
        columns = [_column(arrays, *entry) for entry in document["arrays"]]
        return _decode(document["noun"], columns)
    except StoreError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise StoreError(f"damaged manifest: {type(error).__name__}: {error}") from error


def digest(*values: Any) -> str:
    """Hash of the canonical bytes of nouns and plain values (SHA-256, in hex).

    Equal values have equal hashes on any machine: the order of maps, and whether a default was written out,
    play no part.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    >>> digest("a", "b") == digest("ab")
    False
    """
    writer = _Writer(canonical=True)
    document = {"noun": writer.encode(values), "arrays": writer.table()}
    state = hashlib.sha256(json.dumps(document, separators=(",", ":"), sort_keys=True).encode())
    for array in writer.arrays:
        state.update(_raw(array))
    return state.hexdigest()


class _Writer:
    """Collects the arrays of a noun while it is turned into the JSON of the manifest."""

    def __init__(self, *, canonical: bool) -> None:
        self.canonical = canonical
        self.arrays: list[NDArray[Any]] = []
        self._seen: dict[int, tuple[int, NDArray[Any]]] = {}

    def encode(self, value: Any) -> Any:
        """JSON of one value; every object in it has one key, which says what it is."""
        if isinstance(value, Enum):
            return {"enum": [_name(type(value)), self.encode(value.value)]}
        if isinstance(value, np.generic):
            value = value.item()
        if type(value) in _SCALARS:
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(float(value))}
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item) for item in value]}
        return self._encode_large(value)

    def _encode_large(self, value: Any) -> Any:
        if isinstance(value, dict):
            pairs = [[self.encode(key), self.encode(item)] for key, item in value.items()]
            return {"map": sorted(pairs, key=lambda pair: json.dumps(pair[0])) if self.canonical else pairs}
        if isinstance(value, np.ndarray):
            return {"array": self._place(value)}
        if isinstance(value, BaseModel):
            return {"model": self._model(value)}
        if is_dataclass(value) and not isinstance(value, type):
            values = {field.name: self.encode(getattr(value, field.name)) for field in fields(value)}
            return {"noun": [_name(type(value)), values]}
        raise TypeError(f"a {type(value).__name__} cannot be stored")

    def _model(self, model: BaseModel) -> list[Any]:
        values = {name: self.encode(getattr(model, name)) for name in type(model).model_fields}
        given = [] if self.canonical else sorted(model.model_fields_set)
        return [_name(type(model)), values, given, dict(model.__pydantic_private__ or {})]

    def _place(self, array: NDArray[Any]) -> int:
        """Row of the array; one that is met twice is written once (not when hashing: identity is no value)."""
        if not self.canonical and id(array) in self._seen:
            return self._seen[id(array)][0]
        plain = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
        if not _DTYPE.fullmatch(plain.dtype.str):
            raise TypeError(f"an array of {array.dtype} cannot be stored")
        self._seen[id(array)] = (len(self.arrays), array)  # holding it keeps its id from being given away
        self.arrays.append(plain)
        return len(self.arrays) - 1

    def table(self) -> list[list[Any]]:
        """Dtype, shape and place of every array, the place counted from the first one."""
        starts = _starts(array.nbytes for array in self.arrays)
        return [[a.dtype.str, list(a.shape), at] for a, at in zip(self.arrays, starts, strict=True)]

    def blobs(self, manifest: int) -> Iterator[bytes | memoryview]:
        """The arrays with what pads them to their places, after a manifest of that length."""
        yield b"\0" * (-(_HEADER.size + manifest) % ALIGN)
        for array in self.arrays:
            yield _raw(array)
            yield b"\0" * (-array.nbytes % ALIGN)


def _starts(sizes: Iterable[int]) -> Iterator[int]:
    at = 0
    for size in sizes:
        yield at
        at += size + -size % ALIGN


def _raw(array: NDArray[Any]) -> memoryview:
    """Bytes of a contiguous array; text has no buffer of its own, so it is read as bytes."""
    return array.reshape(-1).view(np.uint8).data if array.nbytes else memoryview(b"")


def _open(view: memoryview) -> tuple[memoryview, memoryview]:
    """Manifest and arrays, after the checks that need no parsing."""
    if len(view) < _HEADER.size:
        raise StoreError("cut short before the end of the header")
    magic, version, check, manifest, arrays = _HEADER.unpack(view[: _HEADER.size])
    if magic != MAGIC:
        raise StoreError("not written by easterly")
    if version != VERSION:
        raise StoreError(f"written in version {version}, this is version {VERSION}")
    body = view[_HEADER.size :]
    if manifest + arrays != len(body):
        raise StoreError(f"{len(body)} bytes follow the header, {manifest + arrays} were written")
    if zlib.crc32(body) != check:
        raise StoreError("the check sum does not match")
    pad = -(_HEADER.size + manifest) % ALIGN
    return body[:manifest], body[manifest + pad :]


def _column(data: memoryview, dtype: str, shape: list[int], at: int) -> NDArray[Any]:
    if not _DTYPE.fullmatch(dtype) or any(type(n) is not int or n < 0 for n in [*shape, at]):
        raise StoreError(f"no column is a {dtype} of shape {shape} at {at}")
    kind = np.dtype(dtype)
    count = math.prod(shape)
    if at + count * kind.itemsize > len(data):
        raise StoreError(f"a column of {count} values reaches past the end")
    if count * kind.itemsize == 0:
        empty = np.zeros(shape, kind)
        empty.flags.writeable = False
        return empty
    return np.frombuffer(data, kind, count, at).reshape(shape)


def _decode(value: Any, columns: list[NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_decode(item, columns) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        if type(content) is not int or content < 0:
            raise StoreError(f"no array {content!r}")
        return columns[content]
    if kind == "tuple":
        return tuple(_decode(item, columns) for item in content)
    if kind == "map":
        return {_decode(key, columns): _decode(item, columns) for key, item in content}
    if kind == "float":
        return float(content)
    return _decode_object(kind, content, columns)


def _decode_object(kind: str, content: list[Any], columns: list[NDArray[Any]]) -> Any:
    made = _class(content[0])
    if kind == "enum" and issubclass(made, Enum):
        return made(content[1])
    values = {name: _decode(item, columns) for name, item in content[1].items()}
    if kind == "noun" and is_dataclass(made):
        _agree(made, values, {field.name for field in fields(made)})
        return made(**values)
    if kind == "model" and issubclass(made, BaseModel):
        return _decode_model(made, values, content[2], content[3])
    raise StoreError(f"{content[0]} is no {kind}")


def _decode_model(
    made: type[BaseModel], values: dict[str, Any], given: list[str], private: dict[str, Any]
) -> BaseModel:
    """A model as it was: quantities are SI floats already, so nothing is parsed again."""
    _agree(made, values, set(made.model_fields))
    model = made.model_construct(_fields_set=set(given) & set(values), **values)
    for name in set(private) & set(made.__private_attributes__):
        setattr(model, name, private[name])
    return model


def _agree(made: type, values: dict[str, Any], known: set[str]) -> None:
    if set(values) != known:
        raise StoreError(f"{made.__name__} does not have exactly the fields {', '.join(sorted(values))}")


def _name(made: type) -> str:
    name = f"{made.__module__}:{made.__qualname__}"
    if not _CLASS.fullmatch(name):
        raise TypeError(f"a {name} cannot be stored: it is no noun of easterly.model")
    return name


@lru_cache(maxsize=256)
def _class(name: str) -> type:
    """The class of that name, if it is defined in a module of `easterly.model`."""
    match = _CLASS.fullmatch(name)
    if match is None:
        raise StoreError(f"{name!r} is no noun of easterly.model")
    try:
        made = getattr(import_module(match[1]), match[2])
    except (ImportError, AttributeError) as error:
        raise StoreError(f"there is no noun {name}") from error
    if not isinstance(made, type) or made.__module__ != match[1]:
        raise StoreError(f"{name} is no noun")
    return made
