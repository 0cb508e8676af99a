"""What the service does is what its OpenAPI document says: requests made from the document, by schemathesis."""

from __future__ import annotations

import tempfile
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from easterly.address import ipam, service
from easterly.address.service.table import ENTRIES

STORE = ipam.init(Path(tempfile.mkdtemp()) / "a.db")
STORE.one(ipam.AddPool("hosts", "10.0.0.0/20"))
STORE.one(ipam.AddDevice("leaf-1"))
TOKEN = {"Authorization": f"Bearer {service.add_token(STORE, 'the-root-of-all', 'admin')[1]}"}
APP = service.application(STORE, service.Policy(chores=False))
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP)


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_to_its_document(case: schemathesis.Case) -> None:
    # What the document allows may still be no address of the pool: that is refused by what the store says.
    case.call_and_validate(headers=TOKEN, excluded_checks=[positive_data_acceptance])


def test_the_page_tells_every_operation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "serve-addresses.md").read_text("utf-8")
    for entry in ENTRIES:
        assert f"| `{entry.method} {entry.path}` | {entry.role or 'anybody'} |" in page
    assert page.count("\n| `") == len(ENTRIES)
