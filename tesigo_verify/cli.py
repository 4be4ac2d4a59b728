"""The command: ``tesigo-verify FILE SOURCES…``.

What strangers' files do to a reader happens in a child process with limits on memory and time; the command outlives it.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tesigo_verify import report
from tesigo_verify.checking import SourceFile, check
from tesigo_verify.errors import Unverifiable
from tesigo_verify.files import PdfText, manifest_of_package, read
from tesigo_verify.manifest import MOST_BYTES, Manifest, parse

HOLDS, FAILS, UNCHECKED = 0, 1, 2
_CODES: Final = {"holds": HOLDS, "fails": FAILS, "unchecked": UNCHECKED}
_MOST_SOURCES: Final = 500
_MEMORY_BYTES: Final = 3 * 1024**3
#: What the command waits beyond its own clock, which is looked at between pages.
_GRACE_SECONDS = 10.0
#: Not ``-m``, which would look for every module in the folder of the files first: those are strangers' files.
_START: Final = "import sys; sys.path.append({!r}); from tesigo_verify.cli import main; sys.exit(main())"
_COMMAND = ["-P", "-c", _START.format(str(Path(__file__).parents[1]))]
_CHILD: Final = "TESIGO_VERIFY_CHILD"
#: What lies beside a file, by the file's own name.
BESIDE: Final = ".manifest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 if nothing speaks against the document, 1 if something does, 2 if it cannot be checked."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    if os.environ.get(_CHILD):
        return _work(options)
    try:
        ended = subprocess.run(
            [sys.executable, *_COMMAND, *given],
            env={**os.environ, _CHILD: "1"},
            timeout=options.seconds + _GRACE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _unverifiable("The check took longer than it may.", options)
    if ended.returncode not in _CODES.values():
        return _unverifiable("Reading these files needs more memory or time than it may, or they are damaged.", options)
    return ended.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tesigo-verify",
        description="Checks the citations of a document against its sources, by the manifest that came with it.",
        epilog="Returns 0 if nothing speaks against the document, 1 if something does, 2 if it cannot be checked.",
    )
    parser.add_argument("file", type=Path, help="the document: PDF, DOCX, ODT or text")
    parser.add_argument("sources", nargs="*", help="files of the sources; KEY=FILE says which source a file is of")
    parser.add_argument("--manifest", type=Path, help=f"the manifest, if it is not in the file or in FILE{BESIDE}")
    parser.add_argument(
        "--keys", type=Path, help="JSON with the keys that are trusted, from the site's address for them"
    )
    parser.add_argument("--json", action="store_true", help="findings as JSON")
    parser.add_argument("--all", action="store_true", help="a passage that could not be looked up counts against it")
    parser.add_argument("--control", action="store_true", help="look one page too far: it has to fail")
    parser.add_argument("--seconds", type=int, default=300, help="how long it may take (300)")
    return parser


def _work(options: argparse.Namespace) -> int:
    _limit(options.seconds)
    try:
        if len(options.sources) > _MOST_SOURCES:
            raise Unverifiable(f"More than {_MOST_SOURCES} files cannot be checked at once.")
        document = read(options.file)
        manifest = _manifest(options, document)
        findings = check(
            manifest,
            document,
            [_source(given, manifest) for given in options.sources],
            known_keys=_keys(options.keys),
            shift=1 if options.control else 0,
            deadline=time.monotonic() + options.seconds,
        )
    except Unverifiable as error:
        return _unverifiable(str(error), options)
    except (MemoryError, RecursionError):
        return _unverifiable("Reading these files needs more memory than it may.", options)
    said = report.as_json(findings)
    code = _CODES[report.verdict(findings)]
    if options.all and said["passages"]["no_file"]:
        code = FAILS
    print(json.dumps(said, ensure_ascii=False, indent=1) if options.json else report.as_text(findings))
    return code


def _unverifiable(why: str, options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"verdict": "unchecked", "why": why}, ensure_ascii=False))
    else:
        print(f"tesigo-verify: {why}", file=sys.stderr)
    return UNCHECKED


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock still holds
        return
    for kind, most in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CPU, seconds + 5)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _manifest(options: argparse.Namespace, document: object) -> Manifest:
    beside = options.file.with_name(options.file.name + BESIDE)
    data: bytes | None
    if options.manifest:
        data = _bytes(options.manifest)
    elif isinstance(document, PdfText):
        data = document.manifest()
    else:
        data = manifest_of_package(options.file)
    if data is None and beside.exists():
        data = _bytes(beside)
    if data is None:
        raise Unverifiable(f"There is no manifest in this file and none in {beside.name}. Give one by --manifest.")
    return parse(data)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        raise Unverifiable(f"{path.name} cannot be opened.") from None


def _source(given: str, manifest: Manifest) -> SourceFile:
    key, separator, name = given.partition("=")
    is_named = bool(separator) and any(source.key == key for source in manifest.sources)
    path = Path(name if is_named else given)
    if not path.is_file():
        raise Unverifiable(f"{path.name} cannot be opened.")
    return SourceFile(path, key if is_named else "")


def _keys(path: Path | None) -> list[bytes] | None:
    """Whole keys: their ids are too short to trust anybody by."""
    if path is None:
        return None
    try:
        return [base64.b64decode(key["public_key"], validate=True) for key in json.loads(_bytes(path))["keys"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unverifiable(f"{path.name} is no list of keys.") from None
