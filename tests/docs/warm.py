"""A process that has imported what most commands import, and forks each command of a document.

Half of the time of a short command is the import of libraries and of the site's models. Here that is done once. A
command still is a process of its own, with the arguments, folder, environment and files that its shell gave it, and its
shell sees how it ended. What only one command imports, that command imports.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

CALLER = """\
#!{python} -IS
import json, os, signal, socket, sys
given = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [len(given).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(given)
    child = int.from_bytes(server.recv(4), "big")
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda number, _: os.kill(child, number))
    status = int.from_bytes(server.recv(4), "big")
if os.WIFSIGNALED(status):
    signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
    os.kill(os.getpid(), os.WTERMSIG(status))
sys.exit(os.WEXITSTATUS(status))
"""


@functools.cache
def programs() -> Path:
    """Folder of an ``easterly`` that has such a process behind it; both go when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="warm"))
    address, caller = str(folder / "socket"), folder / "bin/easterly"
    caller.parent.mkdir()
    caller.write_text(CALLER.format(python=sys.executable, address=address), encoding="utf-8")
    caller.chmod(0o755)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("EASTERLY", "COVERAGE", "PYTEST"))}
    command, env["LC_ALL"] = [sys.executable, __file__, address], "C.UTF-8"
    server = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert server.stdout is not None and server.stdout.readline() == b"ready\n"

    @atexit.register
    def end() -> None:
        server.communicate()
        shutil.rmtree(folder)

    return caller.parent


def serve(address: str) -> None:
    """Fork a command for every caller, until nobody holds the other end of the standard input."""
    import easterly.app.cli
    import easterly.study.check  # noqa: F401

    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                attend(caller)
            caller.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass


def attend(caller: socket.socket) -> NoReturn:
    """Run the command of one caller in a process of its own, and tell the caller how it ended."""
    head, files, _, _ = socket.recv_fds(caller, 4, 3)
    with caller.makefile("rb") as rest:
        words, folder, environment = json.loads(rest.read(int.from_bytes(head, "big")))
    child = os.fork()
    if child == 0:
        caller.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = words
        sys.exit(sys.modules["easterly.app.cli"].main())
    for file in files:
        os.close(file)
    caller.sendall(child.to_bytes(4, "big"))
    _, status = os.waitpid(child, 0)
    caller.sendall(status.to_bytes(4, "big"))
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
