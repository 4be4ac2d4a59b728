"""The bill of materials names every library that is installed in production, as pip was told to check it."""

import json
import re
from importlib import metadata
from io import StringIO

from django.core.management import call_command

from tesigo.management.commands.sbom import components
from tesigo.platform.paths import ROOT


def test_every_pinned_library_is_in_it_with_its_hashes() -> None:
    out = StringIO()
    call_command("sbom", stdout=out)
    document = json.loads(out.getvalue())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", text, re.MULTILINE)
    assert [(one["name"], one["version"]) for one in document["components"]] == [
        (re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pinned
    ]
    assert sum(len(one["hashes"]) for one in document["components"]) == text.count("--hash=sha256:")
    assert all(one["hashes"] for one in document["components"])


def test_versions_are_those_that_run() -> None:
    text = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8")
    django = next(one for one in components(text) if one["name"] == "django")
    assert django["version"] == metadata.version("django")
    assert django["purl"] == f"pkg:pypi/django@{metadata.version('django')}"
    assert django["licenses"]
