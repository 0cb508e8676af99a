"""Rendered front ends in front of real servers: requests are split as the weights say, and the dead get none."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.config.fronts.test_fronts import plan
from tests.lab import require_root

from easterly.app.lab.spaces import spaces
from easterly.config import haproxy, nginx
from easterly.study.rendering import rendered

pytestmark = pytest.mark.lab
WEIGHTS = (100, 50, 10)
TURN = 16  # requests in which 10:5:1 come out even
SERVER = """
import http.server, socketserver, sys, time
class One(http.server.BaseHTTPRequestHandler):
    protocol_version, wbufsize = "HTTP/1.1", 4096
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"])); self.do_GET()
    def do_GET(self):
        time.sleep(self.path == "/slow")
        body = b"%s:%d" % (self.server.server_address[0].encode(), self.server.server_address[1])
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *given): pass
socketserver.ThreadingTCPServer.request_queue_size = 1024
socketserver.ThreadingTCPServer.daemon_threads = True  # and no name is looked up, as HTTPServer does
socketserver.ThreadingTCPServer((sys.argv[1], int(sys.argv[2])), One).serve_forever()
"""


def ask(space, count: int, path: str = "/v1/models") -> Counter:
    """Answers of so many requests, each over a connection of its own."""

    def all_of_them() -> Counter:
        found: Counter = Counter()
        for _ in range(count):
            connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=5)
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            found[answer.read().decode() if answer.status == 200 else answer.status] += 1
            connection.close()
        return found

    return space.call(all_of_them)


def answers(space, port: int, address: str = "127.0.0.1") -> bool:
    def connected() -> bool:
        try:
            socket.create_connection((address, port), 1).close()
        except OSError:
            return False
        return True

    return space.call(connected)


def command_of(software: str, file, folder) -> list[str]:
    path = folder / file.path.rpartition("/")[2]
    path.write_text(file.text)
    if software == "haproxy":
        package = folder / "package.cfg"  # as the comment of the file says
        package.write_text("global\n    user nobody\n")
        return ["haproxy", "-db", "-f", str(package), "-f", str(path)]
    own = f"daemon off; pid {folder}/pid; error_log stderr;"
    return ["nginx", "-c", str(path), "-p", str(folder), "-g", own]


def users(process: int, software: str) -> set[int]:
    """Who the processes that serve are: of nginx those that the first one has started."""
    own = [process]
    if software == "nginx":
        own = [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    lines = (line for each in own for line in Path(f"/proc/{each}/status").read_text().splitlines())
    found = {int(line.split()[2]) for line in lines if line.startswith("Uid:")}
    assert found
    return found


def until(condition, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("software", ["haproxy", "nginx"])
def test_requests_are_split_by_weight_and_the_dead_get_none(software, tmp_path):
    require_root(software)
    nouns = plan(software=software, weights=WEIGHTS, balance="round-robin", every="200ms", check="/health")
    [file] = rendered(nouns, [software])[software]
    front = (haproxy if software == "haproxy" else nginx).parse(file.text)
    places = [server.place for server in front.servers]
    with ExitStack() as stack:
        [space] = stack.enter_context(spaces("front"))
        for address in {server.address for server in front.servers}:
            space.run("ip", "address", "add", f"{address}/32", "dev", "lo")

        def start(words: list[str], **given) -> subprocess.Popen[bytes]:
            made = subprocess.Popen(["ip", "netns", "exec", space.name, *words], **given)
            stack.callback(made.wait)
            stack.callback(made.terminate)
            return made

        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        alive = [start([sys.executable, "-c", SERVER, s.address, str(s.port)], **quiet) for s in front.servers]
        for server in front.servers:  # before the balancer: one that comes back starts at another place of its turns
            until(lambda server=server: answers(space, server.port, server.address))
        balancer = start(command_of(software, file, tmp_path), **quiet)

        until(lambda: answers(space, 80))
        assert 0 not in users(balancer.pid, software)
        ask(space, TURN)
        found = ask(space, 10 * TURN)
        assert [found[place] for place in places] == list(WEIGHTS)
        alive[0].kill()
        alive[0].wait()
        if software == "haproxy":  # it asks: after three checks nobody is sent there
            until(lambda: places[0] not in ask(space, 3 * TURN) and 503 not in ask(space, TURN))
        found = ask(space, 4 * TURN)
        assert set(found) == set(places[1:]), "nobody noticed"


def test_nginx_takes_more_users_than_its_usual_512_and_prompts_of_megabytes(tmp_path):
    require_root("nginx")
    [file] = rendered(plan(software="nginx", weights=WEIGHTS), ["nginx"])["nginx"]
    servers = nginx.parse(file.text).servers
    with ExitStack() as stack:
        [space] = stack.enter_context(spaces("front"))
        for address in {server.address for server in servers}:
            space.run("ip", "address", "add", f"{address}/32", "dev", "lo")
        commands = [[sys.executable, "-c", SERVER, server.address, str(server.port)] for server in servers]
        for words in (*commands, command_of("nginx", file, tmp_path)):
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            made = subprocess.Popen(["ip", "netns", "exec", space.name, *words], **quiet)
            stack.callback(made.wait)
            stack.callback(made.terminate)
        for server in servers:
            until(lambda server=server: answers(space, server.port, server.address))
        until(lambda: answers(space, 80))

        def statuses(count: int, *request, **given) -> Counter:
            asked = [http.client.HTTPConnection("127.0.0.1", 80, timeout=8) for _ in range(count)]
            for connection in asked:
                connection.request(*request, **given)
            found = Counter(connection.getresponse().status for connection in asked)
            for connection in asked:
                connection.close()
            return found

        assert space.call(lambda: statuses(300, "GET", "/slow")) == {200: 300}  # each holds two connections
        long = {"body": b"x" * 3_000_000}
        assert space.call(lambda: statuses(1, "POST", "/v1/chat/completions", **long)) == {200: 1}
