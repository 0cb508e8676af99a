"""Content-addressed stages: a stage runs again only when something it reads has changed.

The key of a stage is the hash of its name, of the code, and of the *content* of its inputs. Equal
content gives an equal key, whichever edit led to it, so a change that has no effect stops there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from easterly.model import store

T = TypeVar("T")
LIMIT_B = 1_000_000_000
RECENT_B = 200_000_000
HERE = Path(__file__).parents[1]
"""All code of Easterly; `importlib.resources` knows no such folder where the installation is an editable one."""
BESIDE = ("jinja2", "numpy")
"""Libraries whose version may show in a result."""


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """A value and the digest of its content."""

    value: T
    digest: str

    @classmethod
    def of(cls, value: T) -> Held[T]:
        """Hold a value that was made outside a stage."""
        return cls(value, store.digest(value))


@cache
def fingerprint() -> str:
    """Hash of Easterly's own code, compiled core included, and of the versions of what computes and renders with it.

    So another version never reads old results.
    """
    total = hashlib.sha256("".join(f"{name} {version(name)} " for name in BESIDE).encode())
    for path in sorted([*_code(HERE), _core()]):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def _code(root: Path) -> list[Path]:
    return [*root.rglob("*.py"), *root.rglob("*.j2"), *root.rglob("*.json")]


def _core() -> Path:
    from easterly._kernel import _core

    return Path(_core.__file__)


def default_folder() -> Path:
    """Where results are kept between runs, unless told otherwise."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "easterly"


@dataclass
class Stages:
    """Runs stages, remembers their results in a folder (or not at all), and tells what each cost.

    Attributes
    ----------
    folder : Path or None
        Results between runs; None keeps nothing.
    notify : callable
        Called with the name of each stage as it starts.
    timings : dict
        Seconds per stage; a stage that was found in the folder is listed in `reused`.
    """

    folder: Path | None = None
    notify: Callable[[str], None] = lambda name: None
    timings: dict[str, float] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)

    def run(self, name: str, inputs: tuple[Any, ...], make: Callable[[], T]) -> Held[T]:
        """The result of `make`, taken from the folder if the same inputs were seen before.

        Parameters
        ----------
        name : str
            Name of the stage; parts after a colon tell instances apart (``demand:pre``).
        inputs : tuple
            Everything that `make` reads: `Held` values count by their digest, others by content.
        make : callable
            Computes the result, a noun of `easterly.model`.
        """
        self.notify(name)
        started = time.perf_counter()
        key = self._key(name, inputs)
        held = self._read(key)
        if held is None:
            value = make()
            held = self._write(key, value)
        else:
            self.reused.append(name)
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started
        return cast("Held[T]", held)

    def derive(self, name: str, inputs: tuple[Any, ...], make: Callable[[], T]) -> Held[T]:
        """A result that is not kept: quicker to make again than to store, read and hash.

        The key stands for the content: equal inputs give an equal result.

        Parameters
        ----------
        name : str
        inputs : tuple
            As for `run`.
        make : callable
        """
        self.notify(name)
        started = time.perf_counter()
        held = Held(make(), self._key(name, inputs))
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - started
        return held

    def recall(self, name: str, inputs: tuple[Any, ...]) -> Held[Any] | None:
        """What `keep` was given for the same inputs, or `run` made of them; None if nothing is there."""
        return self._read(self._key(name, inputs))

    def keep(self, name: str, inputs: tuple[Any, ...], value: T) -> Held[T]:
        """Store a result that was made elsewhere."""
        return self._write(self._key(name, inputs), value)

    def _key(self, name: str, inputs: tuple[Any, ...]) -> str:
        parts = [part.digest if isinstance(part, Held) else store.digest(part) for part in inputs]
        code = "" if self.folder is None else fingerprint()  # reading all code is for what outlives the process
        return hashlib.sha256("\n".join([code, name, *parts]).encode()).hexdigest()

    def _read(self, key: str) -> Held[Any] | None:
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
            return Held(store.thaw(data), hashlib.sha256(data).hexdigest())
        except (OSError, store.StoreError):
            return None

    def _write(self, key: str, value: T) -> Held[T]:
        data = store.freeze(value)
        held = Held(value, hashlib.sha256(data).hexdigest())
        if self.folder is not None:
            _replace(self._path(key), data)
        return held

    def _path(self, key: str) -> Path:
        assert self.folder is not None
        return self.folder / "stages" / key[:2] / key

    def prune(self, limit_B: int = LIMIT_B) -> None:
        """Delete the results not read for longest until the folder is below `limit_B` bytes."""
        if self.folder is None or not self.folder.is_dir():
            return
        found = [(p.stat().st_mtime, p.stat().st_size, p) for p in (self.folder / "stages").rglob("*") if p.is_file()]
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= limit_B:
                return
            path.unlink(missing_ok=True)
            total -= size


class Recent(Stages):
    """Stages that are remembered in memory, the most recent of them: for many sites that differ in little.

    Parameters
    ----------
    limit_B : int
        Bytes of results, as they would be stored.
    """

    def __init__(self, limit_B: int = RECENT_B) -> None:
        super().__init__()
        self.limit_B, self.size_B = limit_B, 0
        self._held: OrderedDict[str, tuple[Held[Any], int]] = OrderedDict()

    def _read(self, key: str) -> Held[Any] | None:
        if key not in self._held:
            return None
        self._held.move_to_end(key)
        return self._held[key][0]

    def _write(self, key: str, value: T) -> Held[T]:
        data = store.freeze(value)
        held = Held(value, hashlib.sha256(data).hexdigest())
        self._held[key] = (held, len(data))
        self.size_B += len(data)
        while self.size_B > self.limit_B:
            self.size_B -= self._held.popitem(last=False)[1][1]
        return held


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a folder that cannot be written costs only the reuse."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
    except OSError:
        return
