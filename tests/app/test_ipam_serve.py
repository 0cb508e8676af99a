"""``easterly ipam serve``: a process of its own, tokens, and listeners that are refused."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from easterly.app.cli import main


def ran(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["ipam", *map(str, words)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    ran("init", "--store", path)
    ran("pool", "add", "hosts", "10.0.0.0/24", "--store", path)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served(store: Path) -> Iterator[str]:
    """Base of a service in a process of its own, which is interrupted at the end and must leave in good order."""
    at = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "easterly", "ipam", "serve", "--listen", at, "--store", str(store)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://{at}/api/v1/health", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://{at}/api/v1"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    assert process.returncode in (0, -signal.SIGINT, 130)


def asked(url: str, body: object = None, token: str | None = None) -> tuple[int, object]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers), timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_service_and_its_first_token(served: str, store: Path) -> None:
    assert asked(f"{served}/pools/hosts/allocations", {"count": 2})[0] == 201
    token = ran("token", "add", "job", "--days", 1, "--store", store).stdout.strip()
    time.sleep(1.2)  # within a second, the service has seen that there are tokens now
    assert asked(f"{served}/pools/hosts/allocations", {})[0] == 401
    status, told = asked(f"{served}/pools/hosts/allocations", {}, token)
    assert (status, told["allocations"][0]["address"]) == (201, "10.0.0.3")  # type: ignore[index]
    assert "job" in ran("token", "list", "--store", store).stdout
    ran("token", "revoke", "job", "--store", store)


def test_others_need_tokens(store: Path) -> None:
    refused = ran("serve", "--listen", "0.0.0.0:0", "--store", store, code=1)
    assert "no tokens: make one first" in refused.output
    assert "serving" not in refused.output


def test_a_place_that_is_taken_and_a_certificate_that_is_none(store: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = ran("serve", "--listen", f"127.0.0.1:{other.getsockname()[1]}", "--store", store, code=2).output
    assert "cannot listen on 127.0.0.1 port" in taken and "serving" not in taken
    pem = tmp_path / "c.pem"
    pem.write_text("junk", "utf-8")
    words = ("--listen", "127.0.0.1:0", "--certificate", pem, "--key", pem)
    assert f"{pem} and {pem} are no certificate" in ran("serve", *words, "--store", store, code=2).output


@pytest.mark.parametrize("words", [
    ("--listen", "nowhere"), ("--listen", "127.0.0.1:99999"), ("--rate", "-1"), ("--key", "/nowhere/key.pem"),
])  # fmt: skip
def test_misuse(store: Path, words: tuple[str, ...]) -> None:
    assert "Traceback" not in ran("serve", *words, "--store", store, code=2).output


def test_tokens_that_are_not_there(store: Path, tmp_path: Path) -> None:
    assert "no token 'x'" in ran("token", "revoke", "x", "--store", store, code=1).output
    ran("token", "add", "x", "--store", store)
    assert "there is a token 'x'" in ran("token", "add", "x", "--store", store, code=1).output
    ran("token", "list", "--store", tmp_path / "none.db", code=2)
