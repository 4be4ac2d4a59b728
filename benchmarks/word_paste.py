"""HTML as Word puts it onto the clipboard: paragraphs full of styles, lists, headings, and footnotes at the end."""

import random
from collections.abc import Iterator

_STYLE = "margin-bottom:8.0pt;line-height:107%;mso-style:none;font-family:&quot;Calibri&quot;"
_HEAD = '<html xmlns:o="urn:x" xmlns:w="urn:y"><head><style>p.MsoNormal {margin:0}</style></head><body lang=EN>'
_PARAGRAPH_WORDS = 120


def html(*, words: int, notes: int) -> str:
    """Paragraphs of ``words`` words together, with ``notes`` footnotes of some fifteen words each."""
    chance = random.Random(words)
    body, marked = [_HEAD], 0
    paragraphs = max(1, words // _PARAGRAPH_WORDS)
    for number in range(paragraphs):
        said = list(_words(chance, _PARAGRAPH_WORDS))
        while marked < notes * (number + 1) // paragraphs:
            marked += 1
            said[chance.randrange(len(said))] += _mark(marked)
        said[3] = f"<b style='mso-bidi-font-weight:normal'>{said[3]}</b>"
        if number % 15 == 7:
            body.append(_list(said))
        else:
            heading = f"<h1 style='{_STYLE}'>Part {number}</h1>" if number % 20 == 0 else ""
            body.append(f"{heading}<p class=MsoNormal style='{_STYLE}'>{_spanned(said)}<o:p></o:p></p>")
    body.append("<div style='mso-element:footnote-list'>")
    body += [_note(number, chance) for number in range(1, marked + 1)]
    return "".join([*body, "</div></body></html>"])


def _words(chance: random.Random, count: int) -> Iterator[str]:
    for place in range(count):
        word = "".join(chance.choices("aeioubdfgklmnprstvz", k=chance.randint(2, 9)))
        yield word.capitalize() if place % 14 == 0 else word + ("." if place % 14 == 13 else "")


def _spanned(words: list[str]) -> str:
    """Every dozen words in a span of its own, as Word writes a change of language or of proofing."""
    parts = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    return " ".join(f"<span lang=EN-US style='mso-ansi-language:EN-US'>{part}</span>" for part in parts)


def _list(words: list[str]) -> str:
    marker = "<span style='mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;</span></span>"
    items = [" ".join(words[at : at + 30]) for at in range(0, len(words), 30)]
    return "".join(
        f"<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'>{marker}{item}<o:p></o:p></p>" for item in items
    )


def _mark(number: int) -> str:
    shown = f"<span class=MsoFootnoteReference>[{number}]</span>"
    return f'<a style=\'mso-footnote-id:ftn{number}\' href="#_ftn{number}" name="_ftnref{number}">{shown}</a>'


def _note(number: int, chance: random.Random) -> str:
    said = " ".join(_words(chance, 15))
    back = f'<a href="#_ftnref{number}" name="_ftn{number}"><span class=MsoFootnoteReference>[{number}]</span></a>'
    return f"<div style='mso-element:footnote' id=ftn{number}><p class=MsoFootnoteText>{back} {said}</p></div>"
