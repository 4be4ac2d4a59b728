"""How full this machine is: memory as far as it is allowed to us, and the disks that we write to (R-112, R-113)."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

_ROOT: Final = Path("/")
#: cgroup v1 says "no limit" by a number near 2^63.
_NO_LIMIT: Final = 1 << 60


@dataclass(frozen=True)
class Memory:
    """Bytes in use and at most; of the tightest limit that holds for this process, else of the machine."""

    used: int
    limit: int
    #: "cgroup" or "machine".
    of: str

    @property
    def percent(self) -> int:
        """How much of it is used, whole percent."""
        return self.used * 100 // self.limit if self.limit else 0


@dataclass(frozen=True)
class Disk:
    """A file system that we write to, by what lies there first; ``names`` are all that do."""

    names: tuple[str, ...]
    free: int
    total: int

    @property
    def free_percent(self) -> int:
        """How much of it is free, whole percent."""
        return self.free * 100 // self.total if self.total else 0

    @property
    def is_low(self) -> bool:
        """Whether less is free than DISK_FREE_LEAST_PERCENT says, and than DISK_FREE_LEAST_BYTES."""
        least = min(self.total * settings.DISK_FREE_LEAST_PERCENT // 100, settings.DISK_FREE_LEAST_BYTES)
        return self.free < least


def memory(*, root: Path = _ROOT) -> Memory:
    """What is used and allowed. Pages of files that the kernel may drop at once do not count as used."""
    found = [_machine(root), *_of_cgroups(root)]
    return max(found, key=lambda one: one.used / max(one.limit, 1))


def disks() -> list[Disk]:
    """Each file system once: stored files, spool of backups, own folder, temporary files."""
    places = {"files": Path(settings.MEDIA_ROOT)} if isinstance(default_storage, FileSystemStorage) else {}
    if spool := getattr(settings, "BACKUP_SPOOL", ""):
        places["spool"] = Path(spool)
    places |= {"var": Path(settings.VAR_DIR), "temporary": Path(tempfile.gettempdir())}
    by_device: dict[int, tuple[list[str], Path]] = {}
    for name, place in places.items():
        there = _nearest(place)
        by_device.setdefault(there.stat().st_dev, ([], there))[0].append(name)
    found = []
    for names, place in by_device.values():
        usage = shutil.disk_usage(place)
        found.append(Disk(tuple(names), usage.free, usage.total))
    return found


def _nearest(place: Path) -> Path:
    """The folder itself, or the one that it will be made in."""
    return next(one for one in (place, *place.resolve().parents) if one.exists())


def _machine(root: Path) -> Memory:
    facts = {}
    for line in (root / "proc/meminfo").read_text().splitlines():
        name, _, value = line.partition(":")
        facts[name] = int(value.split()[0]) * 1024
    return Memory(facts["MemTotal"] - facts["MemAvailable"], facts["MemTotal"], "machine")


def _of_cgroups(root: Path) -> list[Memory]:
    """The limits of this process's control groups, from its own up: any of them may be the tightest."""
    found = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        here = base / path.lstrip("/")
        for group in (here, *here.parents):
            if not group.is_relative_to(base):
                break
            if limited := _limited(group, is_first_version=bool(controllers)):
                found.append(limited)
    return found


def _limited(group: Path, *, is_first_version: bool) -> Memory | None:
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if is_first_version else ("memory.max", "memory.current")
    limit, used = (_text(group / name).strip() for name in names)
    if not limit.isdigit() or not used.isdigit() or int(limit) >= _NO_LIMIT or not int(limit):
        return None
    field = "total_inactive_file" if is_first_version else "inactive_file"
    facts = dict(line.split(" ", 1) for line in _text(group / "memory.stat").splitlines() if " " in line)
    return Memory(max(0, int(used) - int(facts.get(field, 0))), int(limit), "cgroup")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
