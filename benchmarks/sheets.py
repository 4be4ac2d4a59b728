"""Sheets of a DOCX as LibreOffice lays them out, with the hyphenation that the PDF has.

LibreOffice comes without dictionaries: those of the Python package are its own. A profile of its own holds them, which
touches nobody's settings.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pypdfium2
import pyphen

from typesetting.labels import locale

PROGRAM: Final = shutil.which("soffice")
_LANGUAGES: Final = "en de it es fr pl pt nl cs ro"
_SECONDS: Final = 300
_ITEM: Final = (
    '<item oor:path="/org.openoffice.Office.Linguistic/ServiceManager/Dictionaries">'
    '<node oor:name="Hyphens_{language}" oor:op="replace">'
    '<prop oor:name="Locations" oor:op="fuse"><value><it>{address}</it></value></prop>'
    '<prop oor:name="Format" oor:op="fuse"><value>DICT_HYPH</value></prop>'
    '<prop oor:name="Locales" oor:op="fuse"><value><it>{locale}</it></value></prop></node></item>'
)
_PROFILE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}'
    "</oor:items>"
)


def convert(files: Sequence[Path], folder: Path, *, hyphens: bool = True) -> list[Path]:
    """The files as PDF in ``folder``, by LibreOffice, in one go."""
    assert PROGRAM is not None
    profile = folder / ("profile" if hyphens else "profile-bare")
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        items = "".join(map(_dictionary, _LANGUAGES.split())) if hyphens else ""
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")
    command = [PROGRAM, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, folder, *files], check=True, capture_output=True, timeout=_SECONDS)
    return [folder / f"{file.stem}.pdf" for file in files]


def _dictionary(language: str) -> str:
    name = locale(language)
    file = pyphen.LANGUAGES[str(pyphen.language_fallback(name.replace("-", "_")))]
    return _ITEM.format(language=language, address=Path(file).as_uri(), locale=name)


def words_of(pdf: Path) -> list[str]:
    """The words of each page, without blanks and hyphens."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [re.sub(r"[\s\u00ad\u2010\ufffe\x02-]+", "", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()
