"""Files that somebody may have edited, against what the plan renders: what differs where, and what is wrong with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from easterly.base.findings import Finding
from easterly.config import anycast, bird, frr
from easterly.config.checks import disagreements, sound
from easterly.config.eos import routes as eos
from easterly.config.junos import routes as junos
from easterly.config.kubernetes.clashes import clashes
from easterly.config.nxos import routes as nxos
from easterly.config.plain import faults
from easterly.config.policies import policies
from easterly.config.sanity import FRONTS, implausible
from easterly.config.sonic import routes as sonic
from easterly.model.outcome import Artifact
from easterly.model.router_state import DeviceState

ROUTERS: dict[str, Callable[[str], DeviceState]] = {
    "frr": frr.parse, "bird": bird.parse, "eos": eos.parse, "junos": junos.parse, "nxos": nxos.parse,
    "sonic": sonic.parse,
}  # fmt: skip
"""Readers of routes by the folder of their files."""
HINT = "render the file again, or say in the site file what was changed by hand"
MOST = 20
"""Differences that are told of a file."""
LONG = 2000
"""Lines up to which the least difference is looked for, between the first and the last that differ; more of them are
compared one by one."""


def reread(planned: Iterable[Artifact], found: Mapping[str, str]) -> tuple[Finding, ...]:
    """Compare files with those of the plan.

    Parameters
    ----------
    planned : iterable of Artifact
        What is rendered now.
    found : mapping of str to str
        Texts by path, of those that are there.

    Returns
    -------
    tuple of Finding
        With file and line. E931 a file is not there, E932 one that nobody can read, E933 lines that are not those of
        the plan; of changed files also what `easterly.config.contradictions` and `easterly.config.implausible` find.
    """
    made = list(planned)
    changed = {file.path: found[file.path] for file in made if found.get(file.path, file.text) != file.text}
    before = {file.path: file.text for file in made}
    dialect = {file.path: file.dialect for file in made}
    missing = [
        Finding("E931", "", "is not there, and the plan has it", HINT, file=file.path)
        for file in made if file.path not in found
    ]  # fmt: skip
    if not changed:
        return tuple(missing)
    wrong = [*_routers(made, changed), *_programs(made, changed)]
    wrong += [
        Finding(code, "", message, HINT, file=path, line=line)
        for path, text in changed.items()
        for told in (faults, policies, clashes)
        for line, code, message in told(dialect[path], text)
    ]
    differing = [f for path, text in changed.items() for f in differences(path, before[path], text)]
    return (*missing, *sorted(wrong, key=lambda f: (f.file, f.line or 0, f.code)), *differing)


def differences(path: str, planned: str, found: str) -> Iterator[Finding]:
    r"""Lines of a file that are not those of the plan (E933); comments and empty lines may be anything.

    Parameters
    ----------
    path : str
    planned, found : str
        Texts.

    Examples
    --------
    >>> [found] = differences("a", "x 1\ny\n", "x 2\ny\n")
    >>> found.line, found.message
    (1, "'x 2' stands where the plan has 'x 1'")
    """
    told = [each for each in _lines(planned.splitlines(), found.splitlines()) if each is not None]
    for line, message in told[:MOST]:
        yield Finding("E933", "", message, HINT, file=path, line=line)
    if len(told) > MOST:
        yield Finding("E933", "", f"{len(told) - MOST:,} more lines are not those of the plan", HINT, file=path)


def _lines(planned: list[str], found: list[str]) -> Iterator[tuple[int, str] | None]:
    for kind, first, last, low, high in _steps(planned, found):
        if kind == "equal":
            continue
        wanted = [line for line in planned[first:last] if _says(line)]
        given = [(row, line) for row, line in enumerate(found[low:high], low + 1) if _says(line)]
        for (row, line), want in zip(given, wanted, strict=False):
            if line != want:
                yield row, f"{line.strip()!r} stands where the plan has {want.strip()!r}"
        for row, line in given[len(wanted) :]:
            yield row, f"{line.strip()!r} is not in the plan"
        for want in wanted[len(given) :]:
            yield min(low + 1, max(1, len(found))), f"{want.strip()!r} of the plan is missing here"


def _steps(planned: list[str], found: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Which lines stand for which, as `difflib` tells it; what both begin and end with is left out beforehand."""
    least = min(len(planned), len(found))
    head = next((i for i in range(least) if planned[i] != found[i]), least)
    tail = next((i for i in range(least - head) if planned[-1 - i] != found[-1 - i]), least - head)
    one, other = planned[head : len(planned) - tail], found[head : len(found) - tail]
    if len(one) + len(other) > LONG:
        yield "replace", head, len(planned) - tail, head, len(found) - tail
        return
    for kind, first, last, low, high in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield kind, head + first, head + last, head + low, head + high


def _says(line: str) -> bool:
    return not line.strip().startswith(("!", "#")) and bool(line.strip())


def _routers(made: list[Artifact], changed: Mapping[str, str]) -> Iterator[Finding]:
    """What routers of one kind of file do not agree on, and did in the plan."""
    checks = [file for file in made if file.path.startswith("anycast/") and file.device]
    served = {file.device: {service.prefix for service in anycast.parse(file.text)} for file in checks}
    for folder, parse in ROUTERS.items():
        own = [f for f in made if f.path.startswith(f"{folder}/") and f.dialect == folder and f.device]
        if not any(file.path in changed for file in own):
            continue
        before = {file.path: parse(file.text) for file in own}
        after = dict(before)
        for file in own:
            if file.path in changed:
                try:
                    after[file.path] = sound(parse(changed[file.path]))
                except ValueError as error:
                    yield _unread(file.text, changed[file.path], file.path, error)
        known = {f.message for f in disagreements(before.values(), served)}
        paths = {file.device: file.path for file in own}
        for finding in disagreements(after.values(), served):
            if finding.message not in known:
                yield _located(finding, paths, {f.path: f.text for f in own}, changed)


def _unread(planned: str, found: str, path: str, error: ValueError) -> Finding:
    """The line of what an error quotes; otherwise the first that is not that of the plan."""
    quoted = re.findall(r"'([^']+)'", str(error))
    rows = [row for row, line in enumerate(found.splitlines(), 1) if any(word in line for word in quoted)]
    line = rows[0] if rows else _first(planned, found)
    return Finding("E932", "", f"cannot be read: {error}", HINT, file=path, line=line)


def _first(planned: str, found: str) -> int:
    """The first line that is not that of the plan."""
    pairs = zip(planned.splitlines(), found.splitlines(), strict=False)
    return next((row for row, (a, b) in enumerate(pairs, 1) if a != b), max(1, found.count("\n")))


def _located(
    finding: Finding, paths: Mapping[str, str], planned: Mapping[str, str], changed: Mapping[str, str]
) -> Finding:  # fmt: skip
    """The line of the files of devices that a message names, which has most of its words; sooner one that is new."""
    words = _words(finding.message)
    named = [path for device, path in paths.items() if device in words] or list(changed)
    best = max(
        (
            (len(words & _words(line)), path in changed, line not in known, -row, path)
            for path in named for known in [set(planned.get(path, "").splitlines())]
            for row, line in enumerate(changed.get(path, planned.get(path, "")).splitlines(), 1)
        ),
        default=(0, False, False, -1, named[0]),
    )  # fmt: skip
    return replace(finding, at="", hint=HINT, file=best[4], line=-best[3])


def _words(text: str) -> set[str]:
    """Words of a line or of a message, which says LOCAL_PREF as the RFC does."""
    return set(re.findall(r"[\w.:/-]+", text.replace(",", " ").replace("LOCAL_PREF", "local-preference")))


def _programs(made: list[Artifact], changed: Mapping[str, str]) -> Iterator[Finding]:
    """What cannot be meant of front ends and bridges, and what their readers do not take."""
    before = {file.path: file.text for file in made}
    names = {path.rpartition(".")[0] for path in changed}
    own = [
        replace(file, text=changed.get(file.path, file.text))
        for file in made
        if (file.dialect in FRONTS and file.path in changed)
        or (file.dialect == "ovs" and file.path.rpartition(".")[0] in names)
    ]
    for group in _apart(own):
        path = next(file.path for file in group if file.path in changed)
        try:
            for each in implausible(group):
                yield replace(each, hint=HINT, file=path, line=_first(before[path], changed[path]))
        except ValueError as error:
            yield _unread(before[path], changed[path], path, error)


def _apart(files: list[Artifact]) -> list[list[Artifact]]:
    """Files that are read together: those of one bridge, and every front end alone."""
    by: dict[str, list[Artifact]] = defaultdict(list)
    for file in files:
        by[file.path.rpartition(".")[0] if file.dialect == "ovs" else file.path].append(file)
    return list(by.values())
