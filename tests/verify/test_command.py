"""The command itself: what it prints, what it returns, and that it stands alone."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tesigo_verify import cli
from tesigo_verify.files import sha256_of
from tests.documents.files import pdf
from tests.verify.samples import attached, citation, manifest, named_source, prose, signed_json, source

ROOT = Path(__file__).parents[2]
SENTENCE = "Rocks grow older where nobody counts them"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    lind = source(folder / "lind.pdf", pages=3, seed=1)
    words = "\n".join(prose(102)[1:5])
    raw = manifest(
        [citation(1, key="lind", page=2, words=words, pieces=[SENTENCE])], [named_source("lind", sha256_of(lind))]
    )
    (folder / "other.json").write_bytes(signed_json(raw))
    attached(pdf(folder / "document.pdf", [SENTENCE]), signed_json(raw))
    (folder / "document.txt").write_text(SENTENCE, encoding="utf-8")
    (folder / "document.txt.manifest.json").write_bytes(signed_json(raw))
    (folder / "bare.txt").write_text(SENTENCE, encoding="utf-8")
    signature = json.loads(signed_json(raw))["signature"]
    key = {"key_id": signature["key_id"], "public_key": signature["public_key"]}
    (folder / "keys.json").write_text(json.dumps({"keys": [key]}), encoding="utf-8")
    other = key | {"public_key": base64.b64encode(bytes(32)).decode()}
    (folder / "same-id.json").write_text(json.dumps({"keys": [other]}), encoding="utf-8")
    (folder / "no-base64.json").write_text(json.dumps({"keys": [{"public_key": "§"}]}), encoding="utf-8")
    (folder / "none.json").write_text("{}", encoding="utf-8")
    return folder


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The command's own work, without the child around it."""
    monkeypatch.setenv("TESIGO_VERIFY_CHILD", "1")
    monkeypatch.setattr(cli, "_limit", lambda seconds: None)  # it would hold the tests
    return cli.main(arguments)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["document.pdf", "lind.pdf"], 0, "nothing speaks against"),
        (["document.pdf", "lind=lind.pdf", "--keys", "keys.json"], 0, "nothing speaks against"),
        (["document.txt", "lind.pdf"], 0, "nothing speaks against"),
        (["bare.txt", "lind.pdf", "--manifest", "other.json"], 0, "nothing speaks against"),
        (["document.pdf", "lind.pdf", "--control"], 1, "does not hold"),
        (["document.pdf", "--all"], 1, "not looked up"),
        (["document.pdf"], 2, "Give the files of the sources"),
        (["bare.txt"], 2, "no manifest in this file"),
        (["bare.txt", "--manifest", "nowhere.json"], 2, "cannot be opened"),
        (["document.pdf", "nowhere.pdf"], 2, "cannot be opened"),
        (["document.pdf", "lind.pdf", "--keys", "same-id.json"], 1, "none of those given"),
        (["document.pdf", "--keys", "none.json"], 2, "no list of keys"),
        (["document.pdf", "--keys", "no-base64.json"], 2, "no list of keys"),
        (["document.pdf", *["lind.pdf"] * 501], 2, "More than 500"),
    ],
)
def test_codes_and_words(
    place: Path,
    arguments: list[str],
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(place)
    assert run(*arguments, monkeypatch=monkeypatch) == code
    said = capsys.readouterr()
    assert words in said.out + said.err


def test_json(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(place)
    assert run("document.pdf", "lind.pdf", "--json", monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["passages"]["found"] == 1
    assert run("bare.txt", "--json", monkeypatch=monkeypatch) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "unchecked"


def test_files_that_need_too_much_are_said_to(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(cli, "check", full)
    monkeypatch.chdir(place)
    assert run("document.pdf", monkeypatch=monkeypatch) == 2
    assert "more memory" in capsys.readouterr().err


def test_the_command_outlives_a_child_that_dies_or_hangs(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dies, hangs = (["-c", "import os; os.abort()"], ["-c", "import time; time.sleep(60)"])
    for command, grace, words in ((dies, 60.0, "more memory or time"), (hangs, 0.2, "longer than it may")):
        monkeypatch.setattr(cli, "_GRACE_SECONDS", grace)
        monkeypatch.setattr(cli, "_COMMAND", command)
        assert cli.main([str(place / "document.pdf"), "--seconds", "0"]) == 2
        assert words in capfd.readouterr().err


def test_no_program_among_the_files_is_run(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('run')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main([str(place / "document.pdf"), str(place / "lind.pdf")]) == 0
    said = capfd.readouterr()
    assert "nothing speaks against" in said.out
    assert not said.err


def test_it_stands_alone(place: Path, tmp_path: Path) -> None:
    """Only the package itself on the path, and none of ours or Django's imported."""
    (tmp_path / "tesigo_verify").symlink_to(ROOT / "tesigo_verify")
    script = (
        "import sys, runpy, os\n"
        "os.environ['TESIGO_VERIFY_CHILD'] = '1'\n"
        f"sys.argv = ['tesigo-verify', {str(place / 'document.pdf')!r}, {str(place / 'lind.pdf')!r}]\n"
        "try:\n    runpy.run_module('tesigo_verify', run_name='__main__')\n"
        "except SystemExit as end:\n    code = end.code\n"
        "ours = {'django', 'tesigo', 'documents', 'generation', 'reading', 'typesetting', 'pikepdf', 'lxml'}\n"
        "assert not ours & {name.partition('.')[0] for name in sys.modules}, sys.modules\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "nothing speaks against" in ended.stdout


def test_the_child_is_held_to_limits(place: Path) -> None:
    command = [sys.executable, "-m", "tesigo_verify", str(place / "document.pdf"), str(place / "lind.pdf")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
