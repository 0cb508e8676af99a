"""``easterly ipam``: what each command answers, as text and as JSON, and what it refuses."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from easterly.address import ipam
from easterly.app.cli import main


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A store of its own, and commands that use it."""
    monkeypatch.setenv("EASTERLY_IPAM", str(tmp_path / "store.db"))
    monkeypatch.setenv("EASTERLY_ACTOR", "ann")

    def run(*words: str, code: int = 0):
        made = CliRunner().invoke(main, ["ipam", *words, "--format", "json"])
        assert made.exit_code == code, made.output
        return json.loads(made.stdout)["result"]

    run("init")
    return run


def text(*words: str) -> str:
    made = CliRunner().invoke(main, ["ipam", *words])
    assert made.exception is None or isinstance(made.exception, SystemExit), made.output
    return made.output


def test_a_day_of_a_pool(desk):
    assert desk("pool", "add", "hosts", "10.0.0.0/29")["changed"]
    assert not desk("pool", "add", "hosts", "10.0.0.0/29")["changed"], "to say it twice is no error"
    words = (
        "alloc",
        "hosts",
        "--count",
        "2",
        "--key",
        "job-1",
        "--device",
        "n1",
        "--lease",
        "8h",
        "--field",
        "rack=A1",
    )
    first, again = desk(*words), desk(*words)
    assert [row["address"] for row in first["allocations"]] == ["10.0.0.1", "10.0.0.2"]
    assert again["allocations"] == first["allocations"] and first["changed"] and not again["changed"]
    row = first["allocations"][0]
    assert row["until_ms"] - row["since_ms"] == 8 * 3_600_000 and row["fields"] == {"rack": "A1"}
    assert desk("show", "10.0.0.2")["held"]["device"] == "n1"
    assert desk("show", "10.0.0.3", code=1)["refusal"]["code"] == "unknown"
    renewed = desk("renew", "10.0.0.1", "--lease", "9d")["allocations"][0]
    assert renewed["until_ms"] > row["until_ms"]
    assert desk("release", "10.0.0.1", "10.0.0.2")["changed"]
    assert desk("list", "hosts")["allocations"] == []
    assert desk("alloc", "hosts", "--count", "7", code=1)["refusal"]["code"] == "exhausted", "six hosts fit"
    assert desk("fsck") == {"sound": True, "pools": 1, "damage": []}


def test_pools_in_pools(desk):
    desk("vrf", "add", "red", "--rd", "65000:1")
    desk("pool", "add", "site", "10.0.0.0/16", "--vrf", "red", "--role", "site")
    desk("pool", "add", "rack", "--parent", "site", "--length", "24")
    desk("alloc", "rack", "--count", "127")
    rows = {row["name"]: row for row in desk("tree")["pools"]}
    assert (rows["rack"]["level"], rows["rack"]["at"], rows["rack"]["share"]) == (1, "10.0.0.0/24", 127 / 256)
    assert "##########.........." in text("tree", "site")
    assert [row["pool"] for row in desk("show", "10.0.0.9", "--vrf", "red")["around"]] == ["site"]
    assert [row["name"] for row in desk("vrf", "list")["vrfs"]] == ["default", "red"]
    desk("pool", "remove", "site", code=1)
    assert [entry["change"]["do"] for entry in desk("audit", "rack")["entries"]] == ["open", "allocate"]


def test_hosts_do_not_get_the_edges_that_blocks_may(desk):
    """Of eight addresses of a /29, six are for hosts; its upper /30 takes the broadcast address with it."""
    for name, place in (("open", "10.1.0.0/29"), ("link", "10.2.0.0/31"), ("six", "fd00::/126")):
        desk("pool", "add", name, place)
    desk("pool", "add", "all", "10.3.0.0/29", "--edges")
    desk("pool", "add", "cut", "10.4.0.0/29")
    desk("alloc", "cut", "--address", "10.4.0.4/30")
    rows = {row["name"]: (row["free"], row["free_for_hosts"]) for row in desk("tree")["pools"]}
    assert rows == {"open": (8, 6), "link": (2, 2), "six": (4, 3), "all": (8, 8), "cut": (4, 3)}
    assert len(desk("alloc", "cut", "--count", "3")["allocations"]) == 3
    assert desk("alloc", "cut", code=1)["refusal"]["code"] == "exhausted"
    assert {row["name"]: row["free_for_hosts"] for row in desk("tree")["pools"]}["cut"] == 0


def test_nobody_approves_what_they_ask_for(desk):
    desk("pool", "add", "scarce", "192.0.2.0/24", "--approval")
    assert desk("alloc", "scarce", code=1)["refusal"]["code"] == "pending"
    number = str(desk("alloc", "scarce", "--ask")["request"])
    assert [row["asker"] for row in desk("requests")["requests"]] == ["ann"]
    desk("approve", number, code=1)
    assert desk("approve", number, "--actor", "bob")["allocations"][0]["address"] == "192.0.2.1"
    other = str(desk("alloc", "scarce", "--ask")["request"])
    assert desk("reject", other, "--actor", "bob")["allocations"] == [] and desk("requests")["requests"] == []


def test_use_is_noted_and_what_looks_wrong_is_found(desk):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    for device in ("n1", "n2"):
        desk("alloc", "hosts", "--mac", "02:00:00:00:00:01", "--device", device)
    assert desk("usage", "hosts", "--record")["usage"][-1]["used"] == 2
    assert desk("forecast")["forecasts"][0]["full_ms"] is None, "one point says nothing"
    assert [row["code"] for row in desk("anomalies", code=1)["anomalies"]] == ["duplicate-mac"]


def test_a_page_shows_the_tree_the_history_and_the_end(desk, tmp_path, monkeypatch):
    now, day_s = [1_800_000_000.0], 86_400.0
    opened = ipam.open
    monkeypatch.setattr(ipam, "open", lambda url: opened(url, clock=lambda: now[0]))
    desk("pool", "add", "site", "10.0.0.0/16")
    desk("pool", "add", "hosts", "--parent", "site", "--length", "24")
    for _ in range(5):
        desk("alloc", "hosts", "--count", "20")
        desk("usage", "--record")
        now[0] += day_s
    [row] = desk("forecast", "hosts")["forecasts"]
    assert row["per_day"] == pytest.approx(20) and row["full_ms"] / 1000 == pytest.approx(
        1_800_000_000 // 3600 * 3600 + (4 + (256 - 100) / 20) * day_s
    ), "twenty a day fill what is left"
    page = tmp_path / "store.html"
    desk("tree", "--report", str(page))
    html = page.read_text("utf-8")
    assert (
        "hosts, forecast" in html
        and "<code>10.0.0.0/16</code>" in html
        and re.search(r"hosts</span><code>10\.0\.0\.0/24.*39\.1", html)
    )
    assert "<script" not in html


def test_a_backup_is_the_store(desk, tmp_path):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    desk("alloc", "hosts", "--count", "3")
    desk("backup", str(tmp_path / "saved.db"))
    desk("backup", str(tmp_path / "saved.db"), code=2)
    desk("restore", str(tmp_path / "saved.db"), "--store", str(tmp_path / "other.db"))
    assert desk("list", "hosts", "--store", str(tmp_path / "other.db")) == desk("list", "hosts")


def test_what_is_no_backup_stays_what_it_is(desk, tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    said = CliRunner().invoke(main, ["ipam", "restore", str(path), "--store", str(tmp_path / "new.db")])
    assert said.exit_code == 2 and "other.db is no backup" in said.output and not (tmp_path / "new.db").exists()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    other.close()


def test_a_table_in_and_out(desk, tmp_path):
    table = tmp_path / "hosts.csv"
    table.write_text("address,device\n10.0.0.1,n1\n10.0.0.1,n2\n", "utf-8")
    desk("pool", "add", "hosts", "10.0.0.0/24")
    no = desk("import", str(table), "--pool", "hosts", code=1)
    assert [(row["line"], row["column"]) for row in no["refused"]] == [(3, "address")] and not no["changed"]
    assert "hosts.csv:3: address: overlaps line 2\nnothing was changed" in text("import", str(table), "--pool", "hosts")
    assert desk("import", str(table), "--pool", "hosts", "--keep-going", code=1)["added"] == 1
    for kind in ("csv", "yaml", "json"):
        out, other = tmp_path / f"all.{kind}", str(tmp_path / f"{kind}.db")
        text("export", str(out), "--format", kind)
        assert text("export", "--format", kind) == out.read_text("utf-8")
        text("init", "--store", other)
        assert desk("import", str(out), "--store", other)["added"] == 1
        assert not desk("import", str(out), "--store", other)["changed"], "the same file twice changes nothing"
        assert desk("fsck", "--store", other)["sound"]
    assert "make it with `init`" in text("export", "--store", str(tmp_path / "none.db"))
    assert "No such file" in text("import", str(tmp_path / "none.csv"))


def test_a_plan_becomes_pools_and_reservations(desk, tmp_path):
    plan = {
        "pools": [{"name": "fabric", "prefix": "10.64.0.0/16"}, {"name": "corp", "prefix": "fd00::/40"}],
        "blocks": [{"prefix": "fd00::/48", "block": "eu", "place": "", "inside": "corp", "level": 0, "tenant": "acme"}],
        "loopbacks": [{"device": "leaf", "ipv4": "10.64.9.0/32", "ipv6": None}],
        "links": [{"id": "leaf:swp1>spine:swp2", "a": {"ipv4": "10.64.0.0/31"}, "b": {"ipv4": "10.64.0.1/31"}}],
        "hosts": [{"device": "h0", "port": "nic0", "ipv4": "10.64.1.2/26", "ipv6": None}],
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"addresses": plan}), "utf-8")
    made = desk("import", str(path), "--as", "plan")
    assert (made["added"], made["pools"], made["refused"]) == (5, 2, [])
    assert not desk("import", str(path), "--as", "plan")["changed"]
    held = desk("show", "10.64.0.1")["held"]
    assert (held["device"], held["interface"], held["state"]) == ("spine", "swp2", "reserved")
    assert desk("list", "corp")["allocations"][0]["fields"] == {"block": "eu"} and desk("fsck")["sound"]
    path.write_text("{}", "utf-8")
    assert "no address plan is in it" in text("import", str(path), "--as", "plan")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("tree", "--store", "nowhere.db"), 2, "make it with `init`"),
        (("tree", "--store", "mysql://x/y"), 2, "no address store"),
        (("alloc", "hsts"), 1, "unknown: there is no pool"),
        (("list", "hsts"), 1, "there is no pool 'hsts'"),
        (("alloc", "hosts", "--lease", "long"), 2, "write it like 90s"),
        (("alloc", "hosts", "--field", "x"), 2, "NAME=VALUE"),
        (("show", "10.0.0.300"), 2, "at most 255"),
        (("allocate", "hosts"), 2, "alloc"),
        (("alloc", "hosts", "--length", "8"), 1, "length is 24 to 32"),
        (("renew", "9" * 23), 2, "is not an address"),
        (("reclaim", "--limit", "9" * 20), 2, "is not in the range"),
        (("list", "hosts", "--limit", "9" * 20), 2, "is not in the range"),
        (("approve", "9" * 20), 2, "is not in the range"),
        (("usage", "hosts", "--record", "--every", "0s"), 2, "at least 0.001 s"),
        (("pool", "add", "hosts", "10.0.0.0/24", "--vrf", "blue"), 1, "there is a pool 'hosts' already"),
        (("pool", "add", "hosts", "--parent", "nowhere", "--length", "24"), 1, "there is a pool 'hosts' already"),
    ],
)
def test_what_is_refused_is_explained(desk, words, code, said):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    made = CliRunner().invoke(main, ["ipam", *words])
    assert made.exit_code == code and said in made.output, made.output
    assert "Traceback" not in made.output


def test_a_pool_and_an_address_in_another_spelling(desk):
    assert desk("pool", "add", "six", "2001:DB8::/64")["changed"]
    assert not desk("pool", "add", "six", "2001:db8:0::/64")["changed"]
    desk("alloc", "six")
    assert desk("release", "2001:DB8:0::1")["allocations"][0]["address"] == "2001:db8::1"


def test_what_was_done_is_told_beside_what_was_refused(desk):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    desk("alloc", "hosts", "--owner", "ann")
    desk("alloc", "hosts", "--owner", "bob")
    words = ["ipam", "renew", "10.0.0.1", "10.0.0.2", "--lease", "1h", "--owner", "ann", "--format", "json"]
    made = CliRunner().invoke(main, words)
    told = json.loads(made.stdout)["result"]
    assert made.exit_code == 1 and told["changed"] and told["refusal"]["code"] == "not-owner"
    assert [row["address"] for row in told["allocations"]] == ["10.0.0.1"]


def test_the_store_is_in_the_users_data(tmp_path, monkeypatch):
    monkeypatch.delenv("EASTERLY_IPAM", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "made:" in text("init") and (tmp_path / "easterly" / "ipam.db").exists()
    assert "up to date:" in text("init")


def test_devices_and_vrfs(desk):
    desk("pool", "add", "p", "10.0.0.0/24")
    desk("alloc", "p", "--device", "n1", "--interface", "eth0")
    made = desk("device", "add", "n1", "--tenant", "acme", "--tag", "gpu", "--field", "rack=7")
    assert made["changed"] and [each["name"] for each in made["device"]["interfaces"]] == ["eth0"]
    assert not desk("device", "add", "n1")["changed"] and not desk("interface", "add", "n1", "eth0")["changed"]
    desk("interface", "edit", "n1", "eth0", "--mac", "02-00-00-00-00-01", "--name", "lan0")
    assert desk("alloc", "p", "--device", "n1", "--interface", "eth0", code=1)["refusal"]["code"] == "unknown"
    shown = desk("device", "show", "n1")
    assert [(a["interface"], a["mac"], a["tenant"]) for a in shown["allocations"]] == [
        ("lan0", "02:00:00:00:00:01", "acme"),
    ]  # fmt: skip
    assert "lan0" in text("device", "show", "n1") and "rack" in text("device", "show", "n1")
    edited = desk(
        "device", "edit", "n1", "--name", "n2", "--clear-tags", "--tag", "new", "--field", "row=b", "--tenant", ""
    )
    assert (edited["device"]["tags"], edited["device"]["fields"]) == (["new"], {"rack": "7", "row": "b"})
    assert [row["name"] for row in desk("device", "list", "--tag", "new")["devices"]] == ["n2"]
    desk("device", "add", "thief")
    desk("interface", "add", "thief", "e", "--mac", "02:00:00:00:00:01")
    assert [each["code"] for each in desk("anomalies", code=1)["anomalies"]] == ["duplicate-mac"]
    assert desk("interface", "remove", "n2", "lan0", code=1)["refusal"]["code"] == "in-use"
    assert desk("device", "remove", "n2", "--release")["released"] == ["10.0.0.1"]
    assert desk("interface", "remove", "thief", "f", code=1)["refusal"]["code"] == "unknown"
    assert desk("device", "list", "--mac", "nonsense", code=2) is None
    desk("vrf", "add", "red")
    assert desk("vrf", "remove", "red")["changed"] and desk("fsck")["sound"]
    assert desk("vrf", "remove", "red", code=1)["refusal"]["code"] == "unknown"


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.csv", "address,device\n10.0.0.5\n", "a.csv:2: 1 cells, and the heading has 2"),
    ("a.csv", "address;device\n10.0.0.5;x\n", "a.csv:1: no column `address`; the columns are address;device: put"),
    ("a.csv", 'address\n"10.0.0.5\n', "a.csv: unexpected end of data"),
    ("a.json", '[{"address": "10.0.0.5"},\n{"address"\n:}]', "a.json:3: no JSON: Expecting value"),
    ("none.csv", None, "none.csv: cannot be read: No such file or directory"),
])  # fmt: skip
def test_a_file_that_is_no_table_is_told_with_its_place(desk, tmp_path, monkeypatch, name, content, said):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / name).write_text(content)
    made = CliRunner().invoke(main, ["ipam", "import", name])
    assert made.exit_code == 2
    assert said in made.output


def test_a_row_that_says_other_tags_or_fields_is_no_row_that_is_there(desk, tmp_path):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    table = tmp_path / "a.csv"

    def put(rows: str, code: int = 0):
        table.write_text(f"address,tags,fields,rack\n{rows}")
        made = desk("import", str(table), "--pool", "hosts", code=code)
        return made["same"], [(row["line"], row["column"]) for row in made["refused"]]

    assert put("10.0.0.5,a;b,,R1\n10.0.0.6,,,R1\n") == (0, [])
    assert put("10.0.0.5,b;a,,R1\n10.0.0.6,,,\n") == (2, []), "what is not said does not differ"
    assert put("10.0.0.5,b,,R1\n10.0.0.6,,,R2\n", code=1) == (0, [(2, "tags"), (3, "rack")])
    assert put('10.0.0.5,[b,,R1\n10.0.0.6,,{"rack,R1\n', code=1) == (0, [(2, "tags"), (3, "fields")])


def test_what_was_given_back_is_free_unless_it_rests(desk):
    desk("pool", "add", "hosts", "10.0.0.0/24")
    desk("pool", "add", "resting", "10.0.1.0/24", "--quarantine", "1h")
    for pool in ("hosts", "resting"):
        desk("alloc", pool, "--lease", "1h")
    given = desk("release", "10.0.0.1", "10.0.1.1")["allocations"]
    assert [(row["state"], row["until_ms"] is None) for row in given] == [("free", True), ("quarantined", False)]


def test_a_folder_that_has_no_files_is_no_full_disk(desk):
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    made = CliRunner().invoke(main, ["ipam", "init", "--store", "/proc/x"])
    assert made.exit_code == 2
    assert "/proc is no place for files; name one on a disk" in made.output


def test_the_database_of_another_program_stays_as_it_is(desk, tmp_path):
    path = tmp_path / "browser.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE places(url)")
    other.close()
    made = CliRunner().invoke(main, ["ipam", "init", "--store", str(path)])
    assert made.exit_code == 2
    assert "browser.db is of another program, with the table places: name a file of its own" in made.output
    with sqlite3.connect(path) as other:
        assert [name for (name,) in other.execute("SELECT name FROM sqlite_master")] == ["places"]


def test_a_folder_that_cannot_be_written_is_told(desk, tmp_path, monkeypatch):
    """Permissions do not bind root, so the question alone is answered otherwise."""
    monkeypatch.setattr("os.access", lambda *_: False)
    made = CliRunner().invoke(main, ["ipam", "init", "--store", str(tmp_path)])  # a folder is no file to open
    assert made.exit_code == 2
    assert "cannot be written, and SQLite writes beside the file" in made.output
