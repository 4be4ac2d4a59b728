"""First pages of journals and conferences, in our own design, built the way that kind of page is."""

from tests.reading.corpus.paper import SANS, SERIF, Sheet, info, listed, marked, prose
from tests.reading.corpus.works import Truth, Work, work

_PLACES = (
    "Department of Coastal Studies, University of Nordhaven, Nordhaven, Norway",
    "Institute of Signals, Eastmark Technical University, Eastmark, Germany",
    "School of Public Health, Bayside College, Bayside, United Kingdom",
    "Centre for Harbour Research, Portolan, Spain",
    "Tidewater Laboratory, Kobe Bay, Japan",
)


def truth(one: Work, **fields: str) -> Truth:
    """All that the page says of the work."""
    return Truth((one.whole_title,), one.authors, one.year, fields)


def places(count: int, marks: str = "12345") -> str:
    """The affiliations, each behind its mark."""
    return "".join(f"<div class=small><sup>{marks[at]}</sup>{_PLACES[at]}</div>" for at in range(min(count, 5)))


def preprint(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A preprint with the stamp of its server at its side."""
    one = work(seed, number, authors=2 + number)
    month, count = 1 + number * 3, 1234 + seed * 101 + number
    stamp = (
        f"arXiv:{one.year % 100:02}{month:02}.{count:05}v1 [cs.SD] 3 {['Jan', 'Apr', 'Jul', 'Oct'][number]} {one.year}"
    )
    if number % 2:
        authors = f"<div class=c>{marked(one.authors)}</div><div class=c>{places(len(one.authors))}</div>"
    else:
        cells = "".join(
            f"<td class=c style='text-align:center'>{each.name}<br>Eastmark University<br>"
            f"<tt>{each.family.split()[-1].lower()}@em.example</tt></td>"
            for each in one.authors
        )
        authors = f"<table><tr>{cells}</tr></table>"
    html = (
        f"<div style='position:absolute;left:-4.9cm;top:11cm;font-size:20pt;color:#777;transform:rotate(-90deg)'>{stamp}"
        f"</div><div class=c style='font-size:17pt;line-height:1.2;margin:1cm 0 .5cm'>{one.whole_title}</div>{authors}"
        f"<p class=c style='margin:8pt'>{'Abstract' if number % 2 else '<b>Abstract</b>'}</p>"
        f"<div style='margin:0 1cm;font-size:9pt'>{prose(110, one)}</div><h2 style='font-size:14pt'>1&emsp;Introduction</h2>"
        f"{prose(260, one, start=9)}<h2 style='font-size:14pt'>2&emsp;Related Work</h2>{prose(300, one, start=30)}"
    )
    return Sheet(html, f"body{{font-family:'{SERIF[number]}'}}", {} if number < 3 else info(one)), truth(one)


def conference(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A paper of a computing conference: authors in columns, rights at the foot of the first column."""
    one = work(seed, number, authors=3)
    names = [each.name for each in one.authors]
    town = ("Lisbon, Portugal", "Oulu, Finland", "Kyoto, Japan", "Utrecht, Netherlands")[number]
    cells = "".join(
        f"<td style='text-align:center'><span style='font-size:12pt'>{name}</span><br>Eastmark Technical University<br>"
        f"Eastmark, Germany<br>{name.split()[0].lower()}@em.example</td>"
        for name in names
    )
    rights = (
        "Permission to make digital or hard copies of all or part of this work for personal or classroom use is granted "
        f"without fee. <i>HARBOUR ’{one.year % 100:02}, June 3–7, {one.year}, {town}</i><br>"
        f"© {one.year} Copyright held by the owner/author(s).<br>https://doi.org/{one.doi}"
    )
    html = (
        f"<div class=c style='font:bold 17.5pt/1.2 \"{SANS[number]}\"'>{one.whole_title}</div>"
        f"<table style='margin:12pt 0'><tr>{cells}</tr></table><div class=two><h3>ABSTRACT</h3>{prose(110, one)}"
        f"<h3>CCS CONCEPTS</h3><p>• <b>Computing methodologies</b> → Planning.</p><h3>KEYWORDS</h3><p>harbours, fog</p>"
        f"<p class=small><b>ACM Reference Format:</b><br>{listed(names)}. {one.year}. {one.whole_title}. In <i>Harbour "
        f"Computing (HARBOUR ’{one.year % 100:02}), June 3–7, {one.year}, {town}.</i> ACM, New York, NY, USA, 9 pages. "
        f"https://doi.org/{one.doi}</p><p class=small style='border-top:1px solid'>{rights}</p>"
        f"<h3>1 INTRODUCTION</h3>{prose(420, one, start=7)}</div>"
    )
    return Sheet(html, f"body{{font:9pt/1.2 '{SERIF[number]}'}}", info(one, title=one.whole_title)), truth(one)


def engineering(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A paper of an engineering conference: a small line above, a very large title, the abstract in bold."""
    one = work(seed, number, authors=4)
    cells = "".join(
        f"<td style='text-align:center'><span style='font-size:11pt'>{each.name}</span><br><i>Dept. of Naval "
        f"Engineering<br>Bayside College</i><br>Bayside, U.K.<br>{each.family.split()[-1].lower()}@bay.example</td>"
        for each in one.authors
    )
    head = f"{one.year} 12th International Conference on Harbour Engineering (ICHE)"
    html = (
        f"<div class='small c'>{head}</div><div class=c style='font-size:24pt;line-height:1.15;margin:10pt'>"
        f"{one.whole_title}</div><table><tr>{cells}</tr></table><div class=two style='margin-top:12pt'>"
        f"<p><b><i>Abstract</i>—{prose(90, one)[3:-4]}</b></p><p><b><i>Index Terms</i>—fog, harbours</b></p>"
        f"<p class=c>I. I<span class=small>NTRODUCTION</span></p>{prose(560, one, start=5)}"
        f"<p class=small>978-1-5386-0000-{number}/{one.year % 100:02}/$31.00 ©{one.year} IEEE</p></div>"
    )
    return Sheet(html, f"body{{font:10pt/1.15 '{SERIF[number]}'}}", info(one)), truth(one)


def house_with_masthead(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A journal whose own name stands larger than the titles in it, with a box of dates beside the abstract."""
    one = work(seed, number, authors=3 + number % 2)
    journal = ("Marine Signals", "Applied Harbour Economics", "Tides and Society", "Journal of Coastal Reading")[number]
    html = (
        f"<p class='small c'>{journal} {one.volume} ({one.year}) {one.first_page}–{one.last_page}</p>"
        "<div class=c style='background:#eee;padding:10pt'><div class=small>Contents lists available at LibraryDirect"
        f"</div><div style='font-size:{(18, 21, 19, 16)[number]}pt;margin:9pt'>{journal}</div>"
        f"<div class=small>journal homepage: www.example.org/locate/{journal.split()[0].lower()}</div></div>"
        f"<div class=l style='font-size:14pt;margin:14pt 0 6pt'>{one.whole_title}</div>"
        f"<div class=l style='font-size:11pt'>{marked(one.authors, 'abcde')}</div>{places(3, 'abcde')}<table style='"
        f"margin-top:10pt;border-top:1px solid'><tr><td width=28%><p>A R T I C L E&ensp;I N F O</p><p class=small>Article "
        f"history:<br>Received 3 March {one.year - 1}<br>Accepted 9 January {one.year}<br>Available online 2 February "
        f"{one.year}</p><p class=small><i>Keywords:</i><br>Fog<br>Ports</p></td><td><p>A B S T R A C T</p>"
        f"<div class=small>{prose(120, one)}</div></td></tr></table><div class=two><h4>1. Introduction</h4>"
        f"{prose(330, one, start=11)}</div><p class=small>∗ Corresponding author.<br>https://doi.org/{one.doi}<br>"
        f"0012-3456/© {one.year} Nordhaven Press B.V. All rights reserved.</p>"
    )
    fields = {"container-title": journal, "volume": str(one.volume), "DOI": one.doi}
    return Sheet(html, f"body{{font:9pt/1.2 '{SERIF[number]}'}}", info(one, title=one.whole_title)), truth(
        one, **fields
    )


def house_with_bar(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A journal with its reference and DOI at the head, the kind of article in a bar, authors parted by points."""
    one = work(seed, number, authors=2 + number)
    journal = ("Harbour Studies", "Annals of Tidal Research", "Ropes & Knots", "Coastal Economics Letters")[number]
    kind = ("ORIGINAL PAPER", "RESEARCH", "Review", "ORIGINAL ARTICLE")[number]
    html = (
        f"<div class='small l'>{journal} ({one.year}) {one.volume}:{one.first_page}–{one.last_page}<br>"
        f'https://doi.org/{one.doi}</div><div style=\'font:bold 9pt "{SANS[number]}";background:#ccc;margin:12pt 0;'
        f"padding:3pt'>{kind}</div><div class=l style='font:bold 17pt/1.2 \"{SANS[number]}\"'>{one.whole_title}</div>"
        f"<div class=l style='font:bold 10.5pt \"{SANS[number]}\";margin:10pt 0'>"
        f"{marked(one.authors, between=' · ')}</div><div class=small>Received: 4 May {one.year - 1} / Accepted: 11 November "
        f"{one.year - 1} / Published online: 7 January {one.year}<br>© The Author(s) {one.year}</div><h4>Abstract</h4>"
        f"{prose(120, one)}<p><b>Keywords</b> Fog · Harbours · Bells</p><div class=two><h4>1 Introduction</h4>"
        f"{prose(260, one, start=4)}</div><div class=small style='border-top:1px solid'>✉ {one.authors[0].name}<br>"
        f"{one.authors[0].family.split()[-1].lower()}@nh.example</div>{places(len(one.authors))}"
    )
    fields = {"container-title": journal, "volume": str(one.volume), "DOI": one.doi}
    return Sheet(html, f"body{{font:10pt/1.2 '{SERIF[number]}'}}", info(one)), truth(one, **fields)


def open_house(seed: int, number: int) -> tuple[Sheet, Truth]:
    """An open journal: a narrow column at the left says how to cite, who edited, when it was received."""
    one = work(seed, number, authors=3 + number)
    cited = ", ".join(f"{each.family} {each.initials.replace('.', '')}" for each in one.authors)
    side = (
        "<p>OPEN ACCESS</p>"
        f"<p><b>Citation:</b> {cited} ({one.year}) {one.whole_title}. Open Coast 9({number + 1}): e01{one.first_page}. "
        f"https://doi.org/{one.doi}</p><p><b>Editor:</b> Gunnar Wikström, Eastmark University, GERMANY</p>"
        f"<p><b>Received:</b> March 2, {one.year - 1}</p><p><b>Accepted:</b> December 12, {one.year - 1}</p>"
        f"<p><b>Published:</b> January 9, {one.year}</p><p><b>Copyright:</b> © {one.year} {one.authors[0].family} et al. "
        "This is an open access article distributed under the terms of a free licence.</p>"
    )
    html = (
        f"<table><tr><td width=24% style='font:7.5pt \"{SANS[number]}\"'>{side}</td><td><div style='font:bold 9pt "
        f'"{SANS[number]}"\'>RESEARCH ARTICLE</div><div style=\'font:bold 19pt/1.15 "{SANS[number]}";margin:6pt 0\'>'
        f"{one.whole_title}</div><div style='font-weight:bold'>{marked(one.authors)}</div>{places(len(one.authors))}"
        f"<div class=small>∗ {one.authors[0].given.split()[0].lower()}@open.example</div><h2>Abstract</h2>"
        f"{prose(190, one)}<h2>Introduction</h2>{prose(190, one, start=6)}</td></tr></table>"
        f"<div class=small>Open Coast | https://doi.org/{one.doi} January 9, {one.year} 1 / 14</div>"
    )
    return Sheet(html, f"body{{font:9.5pt/1.25 '{SERIF[number]}'}}", info(one)), truth(one, DOI=one.doi)


def open_house_with_logo(seed: int, number: int) -> tuple[Sheet, Truth]:
    """An open journal with its logo as text, the kind in italics, and a box "Citation" under the abstract."""
    one = work(seed, number, authors=4)
    journal = ("shores", "vessels", "signals", "harbours")[number]
    cited = "; ".join(f"{each.family}, {each.initials}" for each in one.authors)
    head = f"<i>{journal.title()}</i> <b>{one.year}</b>, <i>{one.volume}</i>, {one.first_page}"
    html = (
        f"<table><tr><td style='font:italic 15pt \"{SERIF[number]}\"'>{journal}</td><td style='text-align:right' "
        f"class=small>TIDEMARK</td></tr></table><p class=l style='margin-top:8pt'><i>Article</i></p><div class=l "
        f"style='font:bold 18pt/1.2 \"{SERIF[number]}\"'>{one.whole_title}</div><p class=l style='font-weight:bold'>"
        f"{marked(one.authors)}</p>{places(4)}<div class=small>∗ Correspondence: office@tide.example</div>"
        f"<p class=small>Received: 5 May {one.year}; Accepted: 2 June {one.year}; Published: 9 June {one.year}</p><p><b>"
        f"Abstract:</b> {prose(120, one)[3:]}<p class=small style='float:left;width:34%'><b>Citation:</b> {cited} "
        f"{one.whole_title}. {head}. https://doi.org/{one.doi}<br><br><b>Copyright:</b> © {one.year} by the authors."
        f" Licensee TIDEMARK.</p><h4>1. Introduction</h4>{prose(210, one, start=4)}<p class=small>{head}. "
        f"https://doi.org/{one.doi}&emsp;&emsp;https://www.example.org/journal/{journal}</p>"
    )
    fields = {"container-title": journal.title(), "DOI": one.doi}
    return Sheet(html, f"body{{font:10pt/1.25 '{SERIF[number]}'}}", info(one)), truth(one, **fields)


def weekly(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A weekly of all sciences: "ARTICLE", DOI, "OPEN", a light large title, names with "&"."""
    one = work(seed, number, authors=3 + number, subtitle=number % 2 == 0)
    names = [f"{each.name}<sup>{at + 1}</sup>" for at, each in enumerate(one.authors)]
    line = f"SHORE COMMUNICATIONS | ({one.year}) {one.volume}:{one.first_page} | https://doi.org/{one.doi} | www.shore.example"
    html = (
        f"<table style='font:9pt \"{SANS[number]}\"'><tr><td><b style='font-size:16pt'>ARTICLE</b></td><td></td></tr><tr><td>"
        f"https://doi.org/{one.doi}</td><td style='text-align:right'>OPEN</td></tr></table><div class=l style='font:24pt/1.15 "
        f'"{SANS[number]}";margin:14pt 0\'>{one.whole_title}</div><div class=l style=\'font:10pt "{SANS[number]}"\'>'
        f"{', '.join(names[:-1])} &amp; {names[-1]}</div><div style='margin:12pt 0 12pt 4cm'><b>{prose(100, one)[3:-4]}</b>"
        f"</div><div class=two>{prose(360, one, start=5)}</div>{places(len(names))}<div class=small>{line}</div>"
    )
    return Sheet(html, f"body{{font:9pt/1.25 '{SERIF[number]}'}}", info(one)), truth(one, DOI=one.doi)
