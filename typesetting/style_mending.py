"""Copies of citation styles that pandoc's engine prints as they were meant, in the language of a document (R-96).

Each change mends one kind of fault that was found by running every style of the package.
"""

import re
from copy import deepcopy
from typing import Final

from lxml import etree

from typesetting import locators
from typesetting.labels import base_language, words
from typesetting.style_words import put_in_language
from typesetting.typography import NO_BREAK
from typesetting.variants import LANG, own_locale

CSL: Final = "http://purl.org/net/xbiblio/csl"
#: More names than any work has: to shorten lists of names is the style's own business.
_NO_NAMES: Final = ("9999", "9998")
#: Before our era and in it, where the engine's words have no blank before them or are English.
_ERAS: Final = {
    "it": ("a.C.", "d.C."), "es": ("a. C.", "d. C."), "fr": ("av. J.-C.", "apr. J.-C."),
    "pl": ("p.n.e.", "n.e."), "pt": ("a.C.", "d.C."), "nl": ("v.Chr.", "n.Chr."), "cs": ("př. n. l.", "n. l."),
    "ro": ("î.Hr.", "d.Hr."),
}  # fmt: skip
#: Words of Latin and signs stay as a style has them, whatever the language.
_IN_ANYLANGUAGE: Final = frozenset({"et-al", "ibid", "cited", "circa"})
_PAGES: Final = re.compile(r"(?P<before>(?:.*[^\w])?)(?:pp?|S|s|str|pág|pag)\.(?P<blank>\s?)", re.I | re.S)
_LABELS: Final = {
    "page": _PAGES,
    "locator": _PAGES,
    "volume": re.compile(r"(?P<before>(?:.*[^\w])?)(?:vol|Bd|t)\.(?P<blank>\s?)", re.I | re.S),
}


def name(tag: str) -> str:
    """The full name of a tag of the Citation Style Language."""
    return f"{{{CSL}}}{tag}"


def mended(root: "etree._Element", language: str) -> "etree._Element":
    """A mended copy of an independent style, for documents of a language (BCP 47)."""
    copy = deepcopy(root)
    _put_names_before_their_label(copy)
    _drop_second_year_suffix(copy)
    _know_others(copy)
    _keep_words_to_their_language(copy, language)
    terms = _common_terms(copy)
    for kind in locators.KINDS:
        _add(terms, kind, locators.token(kind), form="verb")
    if base_language(language) == "cs":
        # The engine has straight marks there.
        _add(terms, "close-quote", words("cs").quotes[1])
        _add(terms, "close-inner-quote", words("cs").quotes[3])
    for term, said in zip(("bc", "ad"), _ERAS.get(base_language(language), ()), strict=False):
        _add(terms, term, f"{NO_BREAK}{said.replace(' ', NO_BREAK)}")
    return copy


def prints_places_bare(style: "etree._Element") -> bool:
    """Whether a style prints places in a source without saying of what kind: chapter 3 would read as page 3."""
    macros = {str(macro.get("name")): macro for macro in style.iterfind(name("macro"))}
    layout = style.find(f"{name('citation')}/{name('layout')}")
    said = set() if layout is None else _about_places(layout, macros, frozenset())
    return name("text") in said and name("label") not in said


def _about_places(node: "etree._Element", macros: "dict[str, etree._Element]", seen: frozenset[str]) -> set[str]:
    """Tags of what prints something of a place, in the macros that are called as well."""
    said = {str(one.tag) for one in node.iter(name("label"), name("text")) if one.get("variable") == "locator"}
    called = ({str(text.get("macro")) for text in node.iter(name("text"))} & macros.keys()) - seen
    return said.union(*(_about_places(macros[one], macros, seen | called) for one in called))


def _put_names_before_their_label(style: "etree._Element") -> None:
    """The engine prints a label before names that do not say where the name goes."""
    for names in style.iter(name("names")):
        if names.find(name("label")) is not None and names.find(name("name")) is None:
            names.insert(0, etree.Element(name("name")))


def _know_others(style: "etree._Element") -> None:
    """The engine takes "others" for unnamed authors only in styles that say when to shorten a list of names."""
    for part in style.iterchildren(name("citation"), name("bibliography")):
        if part.get("et-al-min") is None and style.get("et-al-min") is None:
            least, shown = _NO_NAMES
            part.set("et-al-min", least)
            part.set("et-al-use-first", shown)


def _drop_second_year_suffix(style: "etree._Element") -> None:
    """The letter that tells works of one year apart is printed once, though a style names it again: 2020bb."""
    layout = style.find(f"{name('citation')}/{name('layout')}")
    if layout is None:
        return
    macros = {str(macro.get("name")): macro for macro in style.iterfind(name("macro"))}
    for suffix in list(layout.iter(name("text"))):
        if suffix.get("variable") == "year-suffix" and _is_said_before(suffix, macros):
            parent = suffix.getparent()
            assert parent is not None
            parent.remove(suffix)


def _is_said_before(suffix: "etree._Element", macros: "dict[str, etree._Element]") -> bool:
    """Whether what is printed before a year suffix, within the same layout, prints one."""
    node: etree._Element | None = suffix
    while node is not None and node.tag != name("layout"):
        is_choice = node.tag in (name("if"), name("else-if"), name("else"))
        before = [] if is_choice else node.itersiblings(preceding=True)
        if any(_prints_year_suffix(one, macros, frozenset()) for one in before):
            return True
        node = node.getparent()
    return False


def _prints_year_suffix(node: "etree._Element", macros: "dict[str, etree._Element]", seen: frozenset[str]) -> bool:
    for text in node.iter(name("text")):
        if text.get("variable") == "year-suffix":
            return True
        called = text.get("macro", "")
        if called in macros and called not in seen and _prints_year_suffix(macros[called], macros, seen | {called}):
            return True
    return False


def _keep_words_to_their_language(style: "etree._Element", language: str) -> None:
    """Words that a style gives for every language go to its own, so that others get theirs: "Accessed 15 leden"."""
    own = own_locale(style)
    if base_language(own) == base_language(language):
        return
    _label_in(style, language)
    if base_language(own) == "en":
        put_in_language(style, language)
    for locale in list(style.iterfind(name("locale"))):
        terms = locale.find(name("terms"))
        if locale.get(LANG) or terms is None:
            continue
        kept = etree.Element(name("locale"))
        kept.set(LANG, own)
        its_terms = etree.SubElement(kept, name("terms"))
        for term in list(terms.iterfind(name("term"))):
            is_word = any(letter.isalpha() for text in term.itertext() for letter in str(text))
            if is_word and term.get("name") not in _IN_ANYLANGUAGE:
                its_terms.append(term)
        if len(its_terms):
            locale.addnext(kept)


def _label_in(style: "etree._Element", language: str) -> None:
    """Labels that a style writes before pages and volumes itself, as ``p.`` and ``Vol.``."""
    for text in style.iter(name("text"), name("number")):
        label = _LABELS.get(str(text.get("variable") or ""))
        match = label and label.fullmatch(str(text.get("prefix") or ""))
        if match:
            kind = "volume" if text.get("variable") == "volume" else "page"
            text.set("prefix", match["before"] + locators.label_of(kind, language) + match["blank"])


def _common_terms(style: "etree._Element") -> "etree._Element":
    """Where a style's terms for every language stand."""
    common = next((one for one in style.iterfind(name("locale")) if not one.get(LANG)), None)
    if common is None:
        common = etree.Element(name("locale"))
        info = style.find(name("info"))
        style.insert(0 if info is None else style.index(info) + 1, common)
    terms = common.find(name("terms"))
    return etree.SubElement(common, name("terms")) if terms is None else terms


def _add(terms: "etree._Element", term: str, text: str, *, form: str = "") -> None:
    added = etree.SubElement(terms, name("term"))
    added.set("name", term)
    if form:
        added.set("form", form)
    added.text = text
