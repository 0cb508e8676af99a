"""What a tenant has used: one record, written by telemetry and by the address manager alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, get_args, get_type_hints

from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Account:
    """Use of one tenant, in one table and one class, in one interval.

    Keys of the record are those of IPFIX where its registry has the element (RFC 7012; RFC 5103 for the way back): ``octetDeltaCount`` for
    bytes. What nobody has counted is None, and not 0.
    """

    tenant: Annotated[str, Doc("Tenant.")]
    vrf: Annotated[str, Doc("Routing table.")]
    traffic_class: Annotated[str, Doc("Class; empty where all are counted together.")]
    start_s: Annotated[int, Unit("s"), Doc("Beginning, seconds since 1970.")]
    end_s: Annotated[int, Unit("s"), Doc("End, not in the interval.")]
    in_B: Annotated[int | None, Unit("B"), Doc("Bytes that its hosts have sent into the network.")] = None
    out_B: Annotated[int | None, Unit("B"), Doc("Bytes that the network has given to its hosts.")] = None
    in_packets: Annotated[int | None, Doc("Packets sent.")] = None
    out_packets: Annotated[int | None, Doc("Packets received.")] = None
    marked_packets: Annotated[int | None, Doc("Packets with congestion marks, ECN CE.")] = None
    dropped_packets: Annotated[int | None, Doc("Packets dropped.")] = None
    addresses: Annotated[int | None, Doc("Addresses held at the end.")] = None
    gpu_s: Annotated[float | None, Unit("s"), Doc("GPUs times seconds.")] = None
    floor: Annotated[float | None, Unit("1"), Doc("Share of every link that is promised.")] = None
    predicted: Annotated[bool | None, Doc("True where a plan says so, and nobody has counted.")] = None

    def record(self) -> dict[str, Any]:
        """The record as JSON has it; what is unknown is left out.

        Examples
        --------
        >>> Account("acme", "acme", "bulk", 0, 60, in_B=1500, in_packets=1).record()["octetDeltaCount"]
        1500
        """
        self.check()
        return {KEYS[name]: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def read(cls, record: dict[str, Any]) -> Account:
        """A record read back.

        Raises
        ------
        ValueError
            A key is missing or unknown, or a number cannot be.
        """
        names = {key: name for name, key in KEYS.items()}
        unknown = sorted(set(record) - set(names))
        missing = sorted(KEYS[name] for name in _NEEDED if KEYS[name] not in record)
        if unknown or missing:
            raise ValueError(f"account record: unknown keys {unknown}, missing keys {missing}; it has {sorted(names)}")
        made = cls(**{names[key]: value for key, value in record.items()})
        made.check()
        return made

    def check(self) -> None:
        """Raise where it says what cannot be.

        Raises
        ------
        ValueError
            It ends before it begins, or counts less than nothing.
        """
        if self.end_s <= self.start_s:
            raise ValueError(f"account of {self.tenant}: it ends at {self.end_s} and begins at {self.start_s}")
        for name in _COUNTS:
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise ValueError(f"account of {self.tenant}: {name} is {value}; it is 0 or more, or None if unknown")
        if self.floor is not None and self.floor > 1:
            raise ValueError(f"account of {self.tenant}: the floor is {self.floor}; it is a share, at most 1")


def json_schema() -> dict[str, Any]:
    """JSON Schema of a record (draft 2020-12): what whoever writes one may rely on.

    What it cannot say, that the end is behind the beginning, `Account.read` checks.

    Examples
    --------
    >>> json_schema()["properties"]["octetDeltaCount"]
    {'type': 'integer', 'minimum': 0, 'description': 'Bytes that its hosts have sent into the network. Unit: B.'}
    """
    made: dict[str, Any] = {}
    for name, kind in get_type_hints(Account, include_extras=True).items():
        base, *notes = get_args(kind)
        word = next(word for type_, word in _WORDS.items() if base is type_ or type_ in get_args(base))
        unit = "".join(f" Unit: {note.symbol}." for note in notes if isinstance(note, Unit))
        text = "".join(note.text for note in notes if isinstance(note, Doc))
        entry: dict[str, Any] = {"type": word}
        if word in ("integer", "number"):
            entry["minimum"] = 0
        if name == "floor":
            entry["maximum"] = 1
        made[KEYS[name]] = entry | {"description": f"{text}{unit}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:easterly:account:1",
        "title": "Easterly account record", "type": "object", "properties": made,
        "required": [KEYS[name] for name in _NEEDED], "additionalProperties": False,
    }  # fmt: skip


_NEEDED = ("tenant", "vrf", "traffic_class", "start_s", "end_s")
_COUNTS = tuple(field.name for field in fields(Account) if field.name not in (*_NEEDED, "predicted"))
_WORDS = {bool: "boolean", str: "string", int: "integer", float: "number"}
KEYS = {
    "tenant": "tenant", "vrf": "VRFname", "traffic_class": "className",
    "start_s": "flowStartSeconds", "end_s": "flowEndSeconds", "in_B": "octetDeltaCount",
    "out_B": "reverseOctetDeltaCount", "in_packets": "packetDeltaCount", "out_packets": "reversePacketDeltaCount",
    "marked_packets": "ecnMarkedPackets", "dropped_packets": "droppedPacketDeltaCount", "addresses": "addressesHeld",
    "gpu_s": "gpuSeconds", "floor": "promisedShare", "predicted": "predicted",
}  # fmt: skip
"""Key of each attribute in a record; those of IPFIX but for tenant, class, marks, addresses, GPUs and promises."""
