"""Where an installation keeps its settings, changed as a whole or not at all: a file of `NAME=value` lines, or a folder
with a file for each secret, as Docker and Kubernetes mount them. Readable by the owner only. Knows no Django."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def read_file(path: Path) -> dict[str, str]:
    """The variables in a file of `NAME=value` lines; none when there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            value = value.strip()
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name.strip()] = value[1:-1] if quoted else value
    return found


def read(place: Path, name: str) -> str:
    """The value of a variable; empty where it is not set there."""
    if not place.is_dir():
        return read_file(place).get(name, "")
    with suppress(FileNotFoundError):
        return _in_folder(place, name).read_text(encoding="utf-8").strip()
    return ""


def change(place: Path, values: Mapping[str, str]) -> None:
    """Sets variables, and takes those away whose value is empty; all other lines stay as they are.

    Raises OSError; a file is whole then, the old or the new one. A folder is written in the order of `values`.
    """
    if place.is_dir():
        for name, value in values.items():
            # Without a value empty, not gone: whoever names the file may go on naming it.
            _replace(_in_folder(place, name), f"{value}\n" if value else "")
        return
    left = dict(values)
    lines = []
    for line in place.read_text(encoding="utf-8").splitlines():
        name = line.strip().removeprefix("export ").partition("=")[0].strip()
        if name not in values:
            lines.append(line)
        elif value := left.pop(name, ""):
            lines.append(f"{name}={value}")
    lines += [f"{name}={value}" for name, value in left.items() if value]
    _replace(place, "\n".join(lines) + "\n")


def _in_folder(place: Path, name: str) -> Path:
    return place / name.lower()


def _replace(path: Path, text: str) -> None:
    """The file's new content in one step, on the disk before the old one goes; its owner stays, others read nothing."""
    path = Path(os.path.realpath(path))
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if path.exists():
                owner = path.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), 0o600)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
