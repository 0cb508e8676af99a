"""Allocations over REST, durable, with token and audit: rates and waits of clients, bulk, and a pool nearly full.

    python benches/ipam/rest.py [--store URL] [--requests 6000]

The service is a process of its own, and so is each half of the clients.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from easterly.address import ipam, service

FULL = 60_000


async def client(at: tuple[str, int], request: bytes, count: int, waits: list[float]) -> None:
    """One connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection(*at)
    for _ in range(count):
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 201"):
            raise SystemExit(f"{head!r} {body!r}")
        waits.append(time.perf_counter() - begun)
    writer.close()


async def load(at: tuple[str, int], request: bytes, clients: int, count: int) -> tuple[float, list[float]]:
    """Seconds, and the wait of each request."""
    waits: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(client(at, request, count // clients, waits) for _ in range(clients)))
    return time.perf_counter() - begun, sorted(waits)


def asking(pool: str, token: str, body: dict[str, object]) -> bytes:
    """A request as bytes."""
    text = json.dumps(body)
    return (
        f"POST /api/v1/pools/{pool}/allocations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n{text}"
    ).encode()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("--requests", type=int, default=6000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.store or str(Path(folder) / "a.db")
        with ipam.init(url) as store:
            for name, prefix in (("empty", "10.0.0.0/16"), ("full", "10.1.0.0/16"), ("large", "11.0.0.0/8")):
                store.one(ipam.AddPool(name, prefix))
            store.one(ipam.Allocate("full", FULL))
            token = service.add_token(store, "bench", "operator")[1]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            at = probe.getsockname()
        command = [sys.executable, "-m", "easterly", "ipam", "serve", "--listen", f"{at[0]}:{at[1]}", "--store", url]
        process = subprocess.Popen(command)
        try:
            wait_for(at)
            measure(at, token, asked.requests)
        finally:
            process.terminate()
            process.wait()


def wait_for(at: tuple[str, int]) -> None:
    """Until somebody listens."""
    for _ in range(300):
        try:
            socket.create_connection(at, 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service did not start")


def measure(at: tuple[str, int], token: str, requests: int) -> None:
    """Print a line for each case."""
    for pool, clients, count, body in (
        ("large", 8, requests // 4, {}), ("large", 1, requests // 10, {}), ("large", 8, requests // 2, {}),
        ("large", 64, requests, {}), ("empty", 8, 2000, {}), ("full", 8, 2000, {}), ("large", 8, 80, {"count": 1000}),
    ):  # fmt: skip
        seconds, waits = asyncio.run(load(at, asking(pool, token, body), clients, count))
        each = int(str(body.get("count", 1)))
        print(
            f"{pool:6} {clients:3} clients, {each:5} at a time: {len(waits) * each / seconds:9,.0f} addresses/s, "
            f"median {waits[len(waits) // 2] * 1e3:6.1f} ms, 99 % {waits[int(len(waits) * 0.99)] * 1e3:6.1f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
