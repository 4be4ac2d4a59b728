"""Units are read by systemd itself, and what it would ignore counts as a fault."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tesigo.platform.paths import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
#: What every process of ours has, so that one that is taken over can reach little.
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "User": "tesigo",
}


def complaints(folder: Path) -> list[str]:
    """What systemd says of the units of a folder; it ends with 0 on unknown keys, so that its words are what counts."""
    for unit in folder.iterdir():
        # The release is not installed here; whether systemd finds a program is not what is asked.
        unit.write_text(re.sub(r"/opt/tesigo/[^/]+/\.venv/bin/python", sys.executable, unit.read_text()))
    units = [str(unit) for unit in sorted(folder.iterdir())]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return [line for line in (told.stdout + told.stderr).splitlines() if str(folder) in line or "tesigo" in line]


def copied(folder: Path) -> Path:
    shutil.copytree(UNITS, folder / "units", ignore=shutil.ignore_patterns("manage"))
    return folder / "units"


def test_systemd_has_nothing_to_say_about_them(tmp_path: Path) -> None:
    assert complaints(copied(tmp_path)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("MemoryMax=", "MemoryMaximum=", "Unknown key"),
        ("Restart=always", "Restart=sometimes", "Failed to parse"),
        ("User=tesigo", "User=", ""),
        ("/opt/tesigo", "opt/tesigo", ""),
    ],
)
def test_a_fault_in_one_is_seen(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    units = copied(tmp_path)
    beat = units / "tesigo-beat.service"
    beat.write_text(beat.read_text().replace(right, wrong))
    found = complaints(units) + ["no user" for name in ["User"] if settings_of(beat).get(name) != "tesigo"]
    assert any(said in line for line in found)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_is_hardened_and_bounded(unit: Path) -> None:
    found = settings_of(unit)
    assert {name: found.get(name) for name in HARDENED} == HARDENED
    assert {"MemoryMax", "TasksMax"} <= found.keys()
    assert "TimeoutStopSec" in found or "TimeoutStartSec" in found
    # Secrets come from a file that only root reads, never from the unit.
    assert "/etc/tesigo/" in found["EnvironmentFile"]
    assert not re.search(r"^Environment=.*(SECRET|KEY|PASSWORD)", unit.read_text(), re.MULTILINE)


def test_both_colours_run_the_same_way() -> None:
    blue, green = ((UNITS / f"tesigo-web-{colour}@.service").read_text() for colour in ("blue", "green"))
    assert blue.replace("blue", "green") == green


def test_web_processes_are_run_as_nginx_expects_them() -> None:
    command = settings_of(UNITS / "tesigo-web-blue@.service")["ExecStart"]
    kept = re.search(r"keepalive_timeout (\d+)s", (ROOT / "deploy" / "nginx" / "upstream.conf").read_text())
    closed = re.search(r"--timeout-keep-alive=(\d+)", command)
    assert kept
    assert closed
    assert int(kept[1]) < int(closed[1])
    assert "--no-proxy-headers" in command
    assert "--host=127.0.0.1" in command


def test_the_command_for_management_knows_where_settings_are() -> None:
    script = UNITS / "manage"
    assert script.stat().st_mode & 0o111
    assert "EnvironmentFile=/etc/tesigo/tesigo.env" in script.read_text()
    asked = subprocess.run(["bash", script, "purple", "check"], capture_output=True, text=True, check=False, timeout=10)
    assert (asked.returncode, asked.stderr) == (2, "There is no release at /opt/tesigo/purple.\n")


def settings_of(unit: Path) -> dict[str, str]:
    """The last value of each key of a unit."""
    lines = (line.partition("=") for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in lines}
