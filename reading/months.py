"""Months and seasons by their names in the languages that documents are written in."""

import re
import unicodedata
from typing import Final

#: January to December: full names and the short forms that are no beginning of them, without accents.
_NAMES: Final = (
    "january januar janner janvier enero gennaio styczen stycznia leden ledna januari janeiro ianuarie",
    "february februar feber fevrier febrero febbraio luty lutego unor unora februari fevereiro februarie",
    "march marz maerz mars marzo marzec marca brezen brezna maart mrt marco martie mrz",
    "april avril abril aprile kwiecien kwietnia duben dubna aprilie",
    "may mai mayo maggio maj maja kveten kvetna mei maio",
    "june juni juin junio giugno czerwiec czerwca cerven cervna junho iunie",
    "july juli juillet julio luglio lipiec lipca cervenec cervence julho iulie",
    "august aout agosto sierpien sierpnia srpen srpna augustus",
    "september septembre septiembre settembre wrzesien wrzesnia zari setembro septembrie sept",
    "october oktober octobre octubre ottobre pazdziernik pazdziernika rijen rijna outubro octombrie okt",
    "november novembre noviembre listopad listopada listopadu novembro noiembrie",
    "december dezember decembre diciembre dicembre grudzien grudnia prosinec prosince dezembro decembrie",
)
_BY_NAME: Final = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
#: Beginnings of three letters or more that belong to one month only.
_BY_BEGINNING: Final = {
    beginning: found.pop()
    for beginning in {name[:length] for name in _BY_NAME for length in range(3, len(name))}
    if len(found := {number for name, number in _BY_NAME.items() if name.startswith(beginning)}) == 1
}
#: EDTF's 21 to 24 less 20, as CSL has them.
_SEASONS: Final = {
    name: number
    for number, names in enumerate(
        (
            "spring fruhling fruhjahr printemps primavera wiosna jaro voorjaar lente",
            "summer sommer ete verano estate lato leto zomer verao vara",
            "autumn fall herbst automne otono autunno jesien podzim herfst outono toamna",
            "winter hiver invierno inverno zima iarna",
        ),
        1,
    )
    for name in names.split()
}
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[-–—/]+")
_JOINING: Final = frozenset({"to", "and", "bis", "und", "et", "y", "e", "al", "do", "i", "a", "au", "tot", "en"})


def plain_word(word: str) -> str:
    """The word in small letters without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(sign))


def month(word: str) -> int:
    """1 to 12 by a name or the beginning of one, else 0."""
    plain = plain_word(word)
    return _BY_NAME.get(plain) or _BY_BEGINNING.get(plain, 0)


def season(text: str) -> int:
    """1 to 4 where a season is named, else 0."""
    found = [_SEASONS[word] for word in map(plain_word, _TOKEN.findall(text)) if word in _SEASONS]
    return found[0] if len(found) == 1 else 0


def within_year(text: str) -> list[list[int]]:
    """Month, or month and day, of "March", "3", "15 mar", "May 30"; two of them for "May–June" or "June 12–15".

    Days are not compared with the calendar. Empty where the text names no month or more than two.
    """
    sides: list[list[int | str]] = [[]]
    for token in map(plain_word, _TOKEN.findall(text)):
        if token[0] in "-–—/" or token in _JOINING:
            if sides[-1]:
                sides.append([])
        elif token.isdecimal() and len(token) <= 2:
            sides[-1].append(int(token))
        elif month(token):
            if any(isinstance(one, str) for one in sides[-1]):
                sides.append([])
            sides[-1].append(token)
    sides = [side for side in sides if side]
    if len(sides) == 2 and [len(side) for side in sides] == [1, 1] and len({type(side[0]) for side in sides}) == 2:
        sides = [[sides[0][0], sides[1][0]]]  # "15-January"
    if not 1 <= len(sides) <= 2 or any(len(side) > 2 for side in sides):
        return []
    parts = [_month_and_day(side) for side in sides]
    named = [found for found, _day in parts if found]
    if not named:
        # Numbers alone are months, one on each side.
        return [[day] for _found, day in parts if 1 <= day <= 12] if all(len(side) == 1 for side in sides) else []
    if any(not found for found, _day in parts) and len(named) == 1:
        parts = [(named[0], day) for _found, day in parts]
    return [[found, day] if day else [found] for found, day in parts]


def _month_and_day(side: list[int | str]) -> tuple[int, int]:
    found = next((month(one) for one in side if isinstance(one, str)), 0)
    days = [one for one in side if isinstance(one, int)]
    return found, days[0] if len(days) == 1 else 0
