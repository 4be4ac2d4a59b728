"""Catalogs of the interface's words: found in the code, brought into `locale/`, checked and compiled (R-04).

`python -m tesigo.platform.catalogs update` writes what is new in the code into each `.po` file, `check` names what
is missing or wrong, `compile` writes the `.mo` files that Django reads. Needs no settings and no GNU gettext.

By Babel and Django's own `templatize`, and not by xgettext: that one misreads `\\N{…}` in Python's strings, so that
their translation is never found.
"""

import io
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[2]
LOCALE: Final = ROOT / "locale"
_FEW: Final = "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14)"
#: The languages of the interface and its mails beside English, which is in the code, with how each makes plurals.
#: Babel's own rules have a third form in it, es, fr and pt, for millions, and its `pt` is Brazilian.
LANGUAGES: Final = {
    "it": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "pl": f"nplurals=3; plural=(n==1 ? 0 : {_FEW} ? 1 : 2);",
    "pt": "nplurals=2; plural=(n != 1);",
    "nl": "nplurals=2; plural=(n != 1);",
    "cs": "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;",
    "ro": "nplurals=3; plural=(n==1 ? 0 : n==0 || (n!=1 && n%100>=1 && n%100<=19) ? 1 : 2);",
}
_FOLDERS: Final = ("accounts", "billing", "documents", "generation", "privacy", "reading", "tesigo", "typesetting")
_KEYWORDS: Final = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "StyleRefused": (1,),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
#: In every header: a date that moved with each update would be in everybody's way.
_NO_DATE: Final = datetime(2026, 11, 30, tzinfo=UTC)
_TAG: Final = re.compile(r"</?[a-z][^>]*>")
_VALUE: Final = re.compile(r"%\([a-z_]+\)[a-z]|<[^>]*>")


def found() -> Catalog:
    """The catalog of all that is marked for translation in templates and Python, with the files it stands in."""
    catalog = Catalog(project="TesiGo", charset="utf-8", fuzzy=False, creation_date=_NO_DATE)
    for path in _files():
        text = path.read_text("utf-8")
        name = str(path.relative_to(ROOT))
        source = text if path.suffix == ".py" else templatize(text, origin=name)
        for line, words, comments, context in extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS):
            catalog.add(words, locations=[(name, line)], auto_comments=comments, context=context)
    return catalog


def _files() -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)
    yield from (path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file())


def path_of(language: str) -> Path:
    """Where the words of a language lie."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A language's catalog as it is in `locale/`."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(language: str, words: Catalog) -> None:
    """Brings what is new in the code into a language's file; what the code has not any more goes.

    Nothing is guessed from a similar text: a wrong sentence reads worse than an English one.
    """
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        plurals = f'"Language: {language}\\n"\n"Plural-Forms: {LANGUAGES[language]}\\n"\n'
        path.write_text(f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{plurals}', "utf-8")
    catalog = read(language)
    catalog.update(words, no_fuzzy_matching=True, update_header_comment=False)
    catalog.header_comment = f"# TesiGo's words ({language})"
    with path.open("wb") as file:
        write_po(
            file, catalog, width=0, include_lineno=False, ignore_obsolete=True, sort_output=True, omit_header=False
        )


def terms(language: str) -> dict[str, list[str]]:
    """Our terms with what each is called in a language: beginnings of words, of which a translation has one."""
    return tomllib.loads((LOCALE / language / "terms.toml").read_text("utf-8"))


def flaws(language: str, words: Catalog) -> Iterator[str]:
    """What a reader would see: words without a translation, lost values or tags, one thing under two names."""
    catalog = read(language)
    named = {re.compile(rf"\b{re.escape(part)}s?\b", re.IGNORECASE): called for part, called in terms(language).items()}
    for message in words:
        if not message.id:
            continue
        translated = catalog.get(message.id, context=message.context)
        shown = _forms(message.id)[0]
        if translated is None or not all(_forms(translated.string)) or translated.fuzzy:
            yield f"not translated: {shown}"
            continue
        yield from (f"{error}: {shown}" for error in translated.check(catalog))
        yield from _differences(translated, shown)
        for term, called in named.items():
            if term.search(_VALUE.sub("", shown)) and not _names(called, _forms(translated.string)[0]):
                yield f"{called[0]} is missing: {shown}"


def _names(called: list[str], text: str) -> bool:
    return any(stem.casefold() in text.casefold() for stem in called)


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _differences(message: Message, shown: str) -> Iterator[str]:
    tags = Counter(_TAG.findall(_forms(message.id)[-1]))
    for text in _forms(message.string):
        if Counter(_TAG.findall(text)) != tags:
            yield f"other tags: {shown}"
        if _edges(text) != _edges(shown):
            yield f"other blanks at the edges: {shown}"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def compile_all() -> None:
    """Writes each catalog as Django reads it, beside its words; only those whose words are newer."""
    for language in LANGUAGES:
        path = path_of(language)
        made = path.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < path.stat().st_mtime:
            with made.open("wb") as file:
                write_mo(file, read(language))


def main(verb: str) -> int:
    """Does what a developer asked for; the number of flaws found, at most 1."""
    if verb == "compile":
        compile_all()
        return 0
    words = found()
    flawed = 0
    for language in LANGUAGES:
        if verb == "update":
            update(language, words)
        for flaw in flaws(language, words):
            flawed = 1
            sys.stdout.write(f"{language}: {flaw}\n")
    return flawed if verb == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
