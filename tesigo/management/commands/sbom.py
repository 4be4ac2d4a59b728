"""The bill of materials of what is installed (ASVS V15.1.2)."""

import json
import re
from importlib import metadata
from typing import Any

from django.core.management.base import BaseCommand

from tesigo.platform.paths import ROOT

_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Command(BaseCommand):
    help = "Prints the libraries of production as a CycloneDX 1.6 document (JSON), with versions, hashes and licences."

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes to standard output."""
        text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
        document = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {"component": {"type": "application", "name": "tesigo"}},
            "components": components(text),
        }
        self.stdout.write(json.dumps(document, indent=1))


def components(requirements: str) -> list[dict[str, Any]]:
    """One entry for each line that pins a version; the hashes are those that pip checks when it installs."""
    found: list[dict[str, Any]] = []
    for line in requirements.splitlines():
        if pinned := _PINNED.match(line):
            name, version = pinned.groups()
            found.append(_entry(name, version))
        if found:
            found[-1]["hashes"] += [{"alg": "SHA-256", "content": one} for one in _HASH.findall(line)]
    return found


def _entry(name: str, version: str) -> dict[str, Any]:
    canonical = re.sub(r"[-_.]+", "-", name).lower()
    purl = f"pkg:pypi/{canonical}@{version}"
    entry: dict[str, Any] = {"type": "library", "name": canonical, "version": version, "purl": purl, "bom-ref": purl}
    return entry | {"licenses": _licences(name), "hashes": []}


def _licences(name: str) -> list[dict[str, Any]]:
    """As the library says itself; none where it says none, or is not installed here."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expressions := about.get_all("License-Expression"):
        return [{"expression": expressions[0]}]
    named = [
        line.rpartition("::")[2].strip() for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    return [{"license": {"name": one}} for one in named]
