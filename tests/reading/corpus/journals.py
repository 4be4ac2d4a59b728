"""More journals: those of medicine, of law, of the humanities, in German and Polish, and what stands beside articles."""

from tests.reading.corpus.articles import places, truth
from tests.reading.corpus.paper import SANS, SERIF, Sheet, info, listed, marked, prose
from tests.reading.corpus.works import Truth, work


def with_editors_beside(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A column at the left that names editors and reviewers before the authors come."""
    one = work(seed, number, authors=3 + number)
    cited = ", ".join(f"{each.family} {each.initials[0]}" for each in one.authors)
    side = (
        "<p>OPEN ACCESS</p><p>EDITED BY<br>Gunnar Wikström,<br>Eastmark University, Germany</p><p>REVIEWED BY<br>Paola "
        "Brunetti,<br>University of Portolan, Italy<br>Hendrik Maas,<br>Delta Institute, Netherlands</p>"
        f"<p>*CORRESPONDENCE<br>{one.authors[0].name}<br>mail@front.example</p><p>RECEIVED 12 July {one.year - 1}<br>"
        f"ACCEPTED 10 January {one.year}<br>PUBLISHED 14 February {one.year}</p><p>CITATION<br>{cited} ({one.year}) "
        f"{one.whole_title}. <i>Front. Harb.</i> {one.volume}:{one.first_page}. doi: {one.doi}</p><p>COPYRIGHT<br>"
        f"© {one.year} {listed([each.family for each in one.authors])}.</p>"
    )
    html = (
        f"<div style='text-align:right' class=small>TYPE Original Research<br>PUBLISHED 14 February {one.year}<br>DOI "
        f"{one.doi}</div><table><tr><td width=27% style='font:7pt \"{SANS[number]}\"'>{side}</td><td><div style='font:bold "
        f'20pt/1.15 "{SANS[number]}"\'>{one.whole_title}</div><p>{marked(one.authors)}</p>{places(len(one.authors))}'
        f"<p>{prose(200, one)[3:]}<p class=small>KEYWORDS</p><p>fog, harbours</p><h3>Introduction</h3>"
        f"{prose(120, one, start=8)}</td></tr></table><div class=small>Frontiers of Harbours&emsp;01&emsp;example.org</div>"
    )
    return Sheet(html, f"body{{font:9.5pt/1.2 '{SERIF[number]}'}}", info(one)), truth(one, DOI=one.doi)


def university_press(seed: int, number: int) -> tuple[Sheet, Truth]:
    """Reference, DOI and dates in lines at the upper right, the kind of article in the middle."""
    one = work(seed, number, authors=2 + number)
    journal = ("Coastal Informatics", "The Review of Tides", "Bells and Buoys", "Journal of Watch-Keeping")[number]
    html = (
        f"<div class=small style='text-align:right'><i>{journal}</i>, {one.volume}({number + 1}), {one.year}, "
        f"{one.first_page}–{one.last_page}<br>doi: {one.doi}<br>Advance Access Publication Date: 3 March {one.year}<br>"
        f"Original Paper</div><div style='font:italic 11pt \"{SANS[number]}\";border-top:2px solid'>Data and text mining</div>"
        f"<div class=l style='font:bold 16pt/1.2 \"{SANS[number]}\"'>{one.whole_title}</div><div class=l style='font:bold 11pt "
        f'"{SANS[number]}"\'>{marked(one.authors)}</div>{places(len(one.authors))}<div class=small>*To whom correspondence '
        f"should be addressed.<br>Received on 3 May {one.year - 1}; revised on 2 October {one.year - 1}; accepted on 4 "
        f"January {one.year}</div><h3>Abstract</h3><p><b>Motivation:</b> {prose(110, one)[3:]}<div class=two><h3>1 "
        f"Introduction</h3>{prose(320, one, start=9)}</div><div class=small>© The Author {one.year}. Published by Nordhaven "
        "University Press. All rights reserved.</div>"
    )
    fields = {"container-title": journal, "volume": str(one.volume), "DOI": one.doi}
    return Sheet(html, f"body{{font:9.5pt/1.2 '{SERIF[number]}'}}", info(one)), truth(one, **fields)


def medicine(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A medical journal: degrees behind the names, or initials behind them as its house writes."""
    one = work(seed, number, authors=4)
    degrees = ("MD", "PhD", "MSc", "MPH")
    if number % 2:
        names = ", ".join(f"{each.name}, {degrees[at % 4]}" for at, each in enumerate(one.authors))
    else:
        names = ", ".join(f"{each.name}<sup>{at + 1}</sup>" for at, each in enumerate(one.authors))
    html = (
        f"<div class=small>BJN Open {one.year};{one.volume}:e{one.first_page}. doi:{one.doi}</div>"
        f"<table><tr><td style='font:bold 13pt \"{SANS[number]}\"'>{('Original research', 'Research', 'Original Article', 'Clinical Study')[number]}"
        f"</td></tr></table><div class=l style='font:bold {18 + number}pt/1.15 \"{SANS[number]}\"'>{one.whole_title}</div>"
        f"<div class=l style='font-size:11pt;margin:8pt 0'>{names}</div><div class=two><div style='border:1px solid;"
        f"padding:4pt'><b>ABSTRACT</b><p><b>Objective</b> {prose(60, one)[3:]}<p><b>Methods</b> {prose(40, one, start=4)[3:]}"
        f"</div>{places(4)}<p class=small>Accepted 3 March {one.year}</p><h3>INTRODUCTION</h3>{prose(380, one, start=9)}"
        f"</div><div class=small>Pilot A, et al. BJN Open {one.year};{one.volume}:e{one.first_page}. doi:{one.doi}</div>"
    )
    return Sheet(html, f"body{{font:9pt/1.25 '{SERIF[number]}'}}", info(one)), truth(one, DOI=one.doi)


def law_review(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A law review: the title in capitals, one author with a star, a long note about the author at the foot."""
    one = work(seed, number, authors=1)
    title = (
        one.whole_title.upper().replace("<SU", "<su").replace("</SU", "</su").replace("B>", "b>").replace("P>", "p>")
    )
    title = one.whole_title if "<" in title else title
    who = one.authors[0]
    html = (
        f"<p class='c small'>{one.volume} NORDHAVEN L. REV. {one.first_page} ({one.year})</p>" if number % 2 else
        f"<p class='c small' style='letter-spacing:.05em'>NORDHAVEN LAW REVIEW<br>Vol. {one.volume}, No. 2 ({one.year})</p>"
    )  # fmt: skip
    html += (
        f"<div class=c style='font-size:14pt;margin:1cm 1cm .5cm'>{title}</div><p class=c><i>{who.name}</i>*</p>"
        f"<p class=c style='margin-top:12pt'>INTRODUCTION</p><div>{prose(420, one)}</div><p class=small style='border-top:"
        f"1px solid'>* Associate Professor of Law, University of Nordhaven School of Law. I thank Maria Svensson, Paul Adeyemi "
        f"and the participants of the Port Law Workshop for comments. Copyright © {one.year} by {who.name}.</p>"
        f"<p class=small>1. <i>See</i> Harbour Act, 12 U.S.C. § 1841 (2000); J. Doe, <i>Piers at Law</i>, 44 EASTMARK L. REV. 12, "
        "17 (1998).</p>"
    )
    return Sheet(html, f"body{{font:11pt/1.3 '{SERIF[number]}'}}", info(one)), truth(one)


def humanities(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A journal of the humanities: author above the title or below it in capitals, the text at once."""
    one = work(seed, number, authors=1 + number % 2)
    names = listed([each.name for each in one.authors])
    author = f"<p class=c style='{'font-variant-caps:normal;' if number % 2 else ''}'>{names.upper() if number % 2 else names}</p>"
    title = f"<div class=c style='font-size:16pt;margin:1.5cm 0 .4cm'>{one.whole_title}</div>"
    head = f"<p class=small><i>Past Harbours</i> {one.volume} ({one.year}), {one.first_page}–{one.last_page}</p>"
    html = head + (author + title if number == 2 else title + author) + prose(520, one)
    fields = {"container-title": "Past Harbours", "volume": str(one.volume)}
    return Sheet(html, f"body{{font:11pt/1.4 '{SERIF[number]}'}}", info(one)), truth(one, **fields)


def german_journal(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A German journal with its reference in one line, summary in two languages."""
    one = work(seed, number, language="de", authors=1 + number % 3)
    names = listed([each.name for each in one.authors], "und")
    head = (
        f"Zeitschrift für Küstenkunde, Jg. {one.volume} ({one.year}), H. {number + 1}, S. {one.first_page}–{one.last_page}",
        f"Zeitschrift für Küstenkunde, {one.volume}. Jahrgang {one.year}, Heft {number + 1}, S. {one.first_page}–{one.last_page}",
    )[number % 2]
    html = (
        f"<p class=small>{head}</p><p style='margin-top:1cm'>{names}</p><div class=l style='font:bold 15pt/1.2 \"{SANS[number]}\"'>"
        f"{one.whole_title}</div><p><i>Zusammenfassung: {prose(70, one)[3:-4]}</i></p><p><i>Schlagwörter: Hafen, Nebel</i></p>"
        f"<p><b>1. Einleitung</b></p>{prose(420, one, start=3)}"
    )
    fields = {"container-title": "Zeitschrift für Küstenkunde", "volume": str(one.volume)}
    return Sheet(html, f"body{{font:10.5pt/1.3 '{SERIF[number]}'}}", info(one), "de"), truth(one, **fields)


def polish_journal(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A Polish journal: the author above, the title, and the same title in English smaller below."""
    one = work(seed, number, language="pl", authors=1 + number % 2)
    names = listed([each.name for each in one.authors], "i")
    html = (
        f"<p class=small>ROCZNIK NADMORSKI<br>Tom {one.volume}, zeszyt {number + 1} – {one.year}<br>DOI: {one.doi}</p>"
        f"<p style='font-size:12pt;margin-top:.8cm'>{names}</p><p class=small>Uniwersytet Nadmorski</p><div class=c style='font:bold "
        f"16pt/1.2 \"{SERIF[number]}\";margin:.6cm 0'>{one.whole_title}</div><div class=c style='font-size:12pt'>Sea and Fog: A "
        f"Study</div><p><b>Streszczenie.</b> {prose(80, one)[3:]}<p><b>Słowa kluczowe:</b> port, mgła</p><h3>Wstęp</h3>"
        f"{prose(330, one, start=3)}"
    )
    return Sheet(html, f"body{{font:10.5pt/1.3 '{SERIF[number]}'}}", info(one), "pl"), truth(one, DOI=one.doi)


def medical_preprint(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A preprint of a medical server: a long note of the server above each page."""
    one = work(seed, number, authors=4 + number)
    note = (
        f"medArchive preprint doi: https://doi.org/{one.doi}; this version posted May {3 + number}, {one.year}. The copyright holder "
        "for this preprint (which was not certified by peer review) is the author/funder, who has granted a license to display the "
        "preprint in perpetuity. It is made available under a CC-BY 4.0 International license."
    )
    html = (
        f"<div class='small c'>{note}</div><div class=l style='font-size:{16 + number % 2}pt;font-weight:bold;margin:1cm 0 .5cm'>"
        f"{one.whole_title}</div><p>{marked(one.authors)}</p>{places(5)}<p>*Corresponding author: mail@med.example</p>"
        f"<h3>Abstract</h3>{prose(230, one)}<p class=small>NOTE: This preprint reports new research that has not been certified "
        "by peer review and should not be used to guide clinical practice.</p>"
    )
    return Sheet(html, f"body{{font:11pt/1.5 '{SANS[number]}'}}", info(one)), truth(one, DOI=one.doi)
