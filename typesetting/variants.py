"""Which language a style is set in, and which of several styles of one standard a language takes (R-04, R-96)."""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from typesetting.labels import base_language, locale

if TYPE_CHECKING:
    from lxml import etree

LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
#: Ends of hosts where English is written as in Britain.
_BRITISH: Final = (".uk", ".ie", ".au", ".nz", ".za")
_ISO_690: Final = re.compile(r"(?P<kind>iso690-[a-z-]+?)(?:-(?:cat|cs|de|en|es|fr|pt-br|ro|sk))?")
#: The package has no Portuguese of Portugal.
_ISO_690_NAMES: Final = {"pt": "pt-br"}


def in_language(name: str, language: str) -> tuple[str, ...]:
    """Names of a style to look for, the best first: ISO 690 comes as a style for each language."""
    match = _ISO_690.fullmatch(name)
    base = base_language(language)
    if match is None:
        return (name,)
    wanted = f"{match['kind']}-{_ISO_690_NAMES.get(base, base)}"
    return tuple(dict.fromkeys((wanted, f"{match['kind']}-en", name)))


def citing_locale(style: "etree._Element", language: str) -> str:
    """The language and country that the citation engine sets a style in.

    English without a country is that of the style: British ones print "15 January 2024". Whoever chose a country for
    the document gets it.
    """
    own = own_locale(style)
    return own if language.lower() == "en" and base_language(own) == "en" else locale(language)


def own_locale(style: "etree._Element") -> str:
    """The language and country that a style was made for.

    As it says; else British where its makers are in Britain or write as there, or where that is the only English that
    it has words for. Chicago has some for British users, and is American.
    """
    if said := str(style.get("default-locale") or ""):
        return locale(said)
    if "Chicago" in str(style.findtext("{*}info/{*}title") or ""):
        return "en-US"
    hosts = (urlsplit(str(link.get("href"))).hostname or "" for link in style.iterfind("{*}info/{*}link"))
    given = {str(one.get(LANG)) for one in style.iter("{*}locale") if one.get(LANG)}
    is_british = any(host.endswith(_BRITISH) for host in hosts) or ("en-GB" in given and "en-US" not in given)
    return "en-GB" if is_british else "en-US"
