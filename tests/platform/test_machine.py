"""Memory as far as it is allowed to us, on any kernel, and disks by what lies on them (R-112)."""

from pathlib import Path
from typing import Any

import pytest

from tesigo.platform import machine

MEMINFO = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:    6000000 kB\n"
MIB = 1 << 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path / "proc/meminfo", MEMINFO)
    put(tmp_path / "proc/self/cgroup", "")
    return tmp_path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def second_version(root: Path, group: str, *, limit: str, used: int, droppable: int = 0) -> None:
    place = root / "sys/fs/cgroup" / group
    put(place / "memory.max", f"{limit}\n")
    put(place / "memory.current", f"{used}\n")
    put(place / "memory.stat", f"anon 1\ninactive_file {droppable}\n")


def test_without_a_limit_it_is_the_machine_and_what_can_be_had_counts_as_free(root: Path) -> None:
    found = machine.memory(root=root)
    assert (found.of, found.percent, found.limit) == ("machine", 25, 8_000_000 * 1024)


def test_the_limit_of_a_container_counts_and_droppable_pages_do_not(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    second_version(root, "", limit=str(100 * MIB), used=90 * MIB, droppable=30 * MIB)
    found = machine.memory(root=root)
    assert (found.of, found.percent, found.limit) == ("cgroup", 60, 100 * MIB)


def test_the_tightest_of_all_groups_above_us_counts(root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/system.slice/site.service\n")
    second_version(root, "system.slice/site.service", limit="max", used=50 * MIB)
    second_version(root, "system.slice", limit=str(60 * MIB), used=57 * MIB)
    assert machine.memory(root=root).percent == 95


def test_the_first_version_of_cgroups_is_understood(root: Path) -> None:
    put(root / "proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/\n")
    place = root / "sys/fs/cgroup/memory/docker/abc"
    put(place / "memory.limit_in_bytes", str(100 * MIB))
    put(place / "memory.usage_in_bytes", str(88 * MIB))
    put(place / "memory.stat", f"inactive_file 0\ntotal_inactive_file {8 * MIB}\n")
    assert machine.memory(root=root).percent == 80


@pytest.mark.parametrize("limit", ["max", "9223372036854771712", "", "0"])
def test_no_limit_is_none(limit: str, root: Path) -> None:
    put(root / "proc/self/cgroup", "0::/\n")
    second_version(root, "", limit=limit, used=90 * MIB)
    assert machine.memory(root=root).of == "machine"


def test_this_machine_has_memory_and_disks() -> None:
    found = machine.memory()
    assert 0 < found.used <= found.limit
    disks = machine.disks()
    assert {name for one in disks for name in one.names} >= {"files", "var", "temporary"}
    assert all(0 <= one.free <= one.total for one in disks)


def test_a_disk_is_low_only_below_both_the_share_and_the_bytes(settings: Any) -> None:
    settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 10, 1_000
    low = [machine.Disk(("x",), free, 5_000).is_low for free in (499, 500)]
    huge = [machine.Disk(("x",), free, 1_000_000).is_low for free in (999, 1_000)]
    assert low == huge == [True, False]


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_its_parent(tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_SPOOL = str(tmp_path / "not" / "yet")
    assert "spool" in {name for one in machine.disks() for name in one.names}
