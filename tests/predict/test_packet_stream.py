"""Results in a folder: the same bytes every time, and all that was written when a run is cut off."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from easterly.model.packet_records import Recording
from easterly.predict.packet import incast, transport
from easterly.predict.packet.stream import Parquet, parquet

duckdb = pytest.importorskip("duckdb")

RUN = """
import sys
from pathlib import Path
from easterly.base.columns import ints
from easterly.model.packet_records import Recording
from easterly.predict.packet import incast, transport
from easterly.predict.packet.stream import Parquet
sink = Parquet(Path(sys.argv[1]), {"seed": 1}, batches=4)
print("ready", flush=True)
recording = Recording(every_s=1e-5, depth_links=ints([9]), trace_links=ints([9]), most_sights=50_000)
incast(4, int(sys.argv[2]), 100e9, transport("dctcp"), buffer_B=10**6, mark_B=10**5, recording=recording, sink=sink)
sink.close(complete=True)
"""


def started(folder, size_B, **env):
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), str(size_B)], stdout=subprocess.PIPE, env={**os.environ, **env}
    )


def rows(folder, table):
    return duckdb.sql(f"FROM '{folder}/{table}/*.parquet'").fetchnumpy()


def digests(folder: Path):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.no_cover
def test_the_same_bytes_in_every_process(tmp_path):
    for name, env in (("a", {"PYTHONHASHSEED": "1"}), ("b", {"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "7"})):
        process = started(tmp_path / name, 2_000_000, **env)
        assert process.wait() == 0
        process.stdout.close()
    first, second = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert first == second
    assert {name.split("/")[0] for name in first} == {"depths", "flows", "ports", "run.json", "trace"}
    assert json.loads((tmp_path / "a" / "run.json").read_text()) == {"seed": 1, "complete": True}
    found = incast(4, 2_000_000, 100e9, transport("dctcp"), buffer_B=10**6, mark_B=10**5)
    flows = rows(tmp_path / "a", "flows")
    assert np.array_equal(flows["fct_s"][np.argsort(flows["flow"])], found.fct_s)


@pytest.mark.no_cover
def test_a_run_that_is_killed_keeps_what_it_had(tmp_path):
    folder = tmp_path / "cut"
    process = started(folder, 2 * 10**9)  # about five million packets: some seconds
    assert process.stdout.readline() == b"ready\n"
    until = time.monotonic() + 60
    while len(list(folder.glob("ports/*.parquet"))) < 3 and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    assert json.loads((folder / "run.json").read_text())["complete"] is False
    ports = rows(folder, "ports")
    time_ps = np.unique(ports["time_ps"])
    assert np.array_equal(time_ps, 10_000_000 * np.arange(1, len(time_ps) + 1)) and len(time_ps) > 10
    assert len(ports["time_ps"]) == 10 * len(time_ps) and ports["sent_B"].max() > 10**6
    assert len(rows(folder, "trace")["flow"]) > 10_000


def test_what_is_left_early_is_written(tmp_path):
    def stop(now_s, left, hops):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), parquet(tmp_path / "x", {"seed": 1}) as sink:
        recording = Recording(every_s=1e-6)
        incast(8, 3 * 10**7, 100e9, transport("dctcp"), recording=recording, sink=sink, progress=stop)
    assert json.loads((tmp_path / "x" / "run.json").read_text())["complete"] is False
    assert len(rows(tmp_path / "x", "ports")["time_ps"]) > 1000


def test_a_stopped_run_is_not_complete(tmp_path):
    with parquet(tmp_path / "x") as sink:
        found = incast(8, 3 * 10**7, 100e9, transport("dctcp"), sink=sink, progress=lambda now_s, left, hops: hops < 10)
        sink.about["ended"] = found.complete
    assert not found.complete and found.packet_hops > 10
    assert json.loads((tmp_path / "x" / "run.json").read_text())["complete"] is False
    assert np.isinf(rows(tmp_path / "x", "flows")["fct_s"]).all()


def test_rows_and_batches_make_files(tmp_path):
    sink = Parquet(tmp_path, rows=10, batches=3)
    for i in range(7):
        sink.put("few", {"x": np.array([i])})
        sink.put("many", {"x": np.arange(6), "y": np.arange(6) / 3})
        sink.end_batch()
    sink.close(complete=True)
    assert [len(duckdb.sql(f"FROM '{path}'")) for path in sorted(tmp_path.glob("few/*"))] == [3, 3, 1]
    assert [len(duckdb.sql(f"FROM '{path}'")) for path in sorted(tmp_path.glob("many/*"))] == [12, 6, 12, 6, 6]
    assert rows(tmp_path, "many")["y"].tolist() == (list(np.arange(6) / 3) * 7)


def test_where_it_cannot_write(tmp_path, monkeypatch):
    (tmp_path / "there").write_text("")
    with pytest.raises(FileExistsError, match="is not empty"):
        Parquet(tmp_path)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'easterly\[parquet\]'"):
        Parquet(tmp_path / "new")
    assert not (tmp_path / "new").exists()
