"""The long form of `test_crash`: as many processes, operations and kills as are asked for.

    python -m tests.address.ipam.storm addresses.db --workers 64 --operations 1000000
    python -m tests.address.ipam.storm postgresql://host/database --workers 64 --operations 1000000

The store has to be new, and the folder empty.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.address.ipam.churn import storm


def main() -> None:
    """A storm, from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path())
    said = parser.parse_args()
    began = time.monotonic()
    found = storm(said.url, said.folder, workers=said.workers, operations=said.operations, kills=said.kills)
    print(found, f"{time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
