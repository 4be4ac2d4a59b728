"""Slides, posters, newspapers, chapters, cover sheets of repositories, and titles set in unusual ways."""

from tests.reading.corpus.paper import SANS, SERIF, Sheet, info, listed, marked, prose
from tests.reading.corpus.works import Truth, Work, work


def _truth(one: Work, year: int | None = None) -> Truth:
    return Truth((one.whole_title,), one.authors, year)


def _article(one: Work, head: str = "") -> str:
    return (
        f"{head}<div class=c style='font-size:17pt;margin:.6cm 0'>{one.whole_title}</div><p class=c>{listed([each.name for each in one.authors])}"
        f"</p><h4>Abstract</h4>{prose(140, one)}<h4>1 Introduction</h4>{prose(260, one, start=6)}"
    )


def chapter(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A chapter of an edited book: its number, title, authors, and the book named at the foot."""
    one = work(seed, number, authors=2)
    html = (
        f"<div class=l style='font:bold {(20, 14, 24, 14)[number]}pt \"{SANS[number]}\"'>Chapter {number + 3}</div><div class=l style='font:bold 18pt/1.2 "
        f"\"{SANS[number]}\"'>{one.whole_title}</div><p style='margin-top:2cm'><b>{listed([each.name for each in one.authors])}</b></p><p><b>"
        f"Abstract</b> {prose(120, one)[3:]}<h3>{number + 3}.1 Introduction</h3>{prose(220, one, start=5)}<p class=small>H. Brandvold "
        f"(Department of Ports)<br>University of Nordhaven, Norway</p><p class=small>© Springtide International Publishing {one.year}<br>G. "
        f"Wikström, P. Brunetti (eds.), <i>Handbook of Harbours</i>,<br>https://doi.org/{one.doi}_{number + 3}</p>"
    )
    return Sheet(html, f"body{{font:10pt/1.3 '{SERIF[number]}'}}", info(one)), _truth(one, one.year)


def slides(seed: int, number: int) -> tuple[Sheet, Truth]:
    """Slides in landscape: title, authors, house, date, and a running line at the foot that repeats them."""
    one = work(seed, number, authors=1 + number % 3)
    names = listed([each.name for each in one.authors])
    foot = f"<div style='font-size:7pt;position:absolute;bottom:-1cm;left:0'>{names}&emsp;{one.title}&emsp;June 3, {one.year}&emsp;1 / 24</div>"
    html = (
        f"<div class=c><div style='font:24pt/1.2 \"{SANS[number]}\";margin:3cm 0 1cm;color:#226'>{one.whole_title}</div><p>{names}</p><p class=small>"
        f"Eastmark Technical University</p><p>June 3, {one.year}</p></div>{foot}<div class=new><h2>Outline</h2><ul><li>Motivation<li>Data</ul></div>"
    )
    css = f"@page{{size:254mm 190mm;margin:1.5cm}} body{{font:12pt '{SANS[number]}'}}"
    return Sheet(html, css, info(one)), _truth(one, one.year)


def poster(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A poster of a conference: a huge title, names with marks, houses, then boxes with large headings."""
    one = work(seed, number, authors=3)
    boxes = "".join(
        f"<h2 style='font-size:40pt'>{head}</h2>{prose(120, one, start=at)}"
        for at, head in enumerate(("Background", "Methods", "Results", "Conclusion"))
    )
    html = (
        f"<div class=c style='font:bold 84pt/1.1 \"{SANS[number]}\"'>{one.whole_title}</div><div class=c style='font-size:44pt'>{marked(one.authors)}</div>"
        f"<div class=c style='font-size:30pt'><sup>1</sup>University of Nordhaven, <sup>2</sup>Eastmark Institute, <sup>3</sup>Portolan Centre</div>"
        f"<div class=two style='margin-top:2cm'>{boxes}</div><div style='font-size:20pt'>13th Harbour Conference, Oulu, 3–7 June {one.year}</div>"
    )
    css = f"@page{{size:841mm 1189mm;margin:4cm}} body{{font:24pt/1.3 '{SANS[number]}'}}"
    return Sheet(html, css, info(one)), _truth(one, one.year)


def newspaper(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A newspaper: its name huge, the day in a line, a headline, "By …", columns."""
    one = work(seed, number, authors=1)
    html = (
        f"<div class=c style='font:bold 48pt \"{SERIF[number]}\"'>The Nordhaven Courier</div><table style='border:1px solid;font-size:9pt'><tr><td>No. "
        f"{one.first_page}</td><td>Tuesday, {number + 4} May {one.year}</td><td>€2.40</td></tr></table><div class=l style='font:bold 30pt/1.1 "
        f"\"{SERIF[number]}\";margin:12pt 0'>{one.whole_title}</div><p><b>By {one.authors[0].name}</b></p><div style='columns:3'>{prose(420, one)}</div>"
    )
    return Sheet(html, f"body{{font:9.5pt/1.25 '{SERIF[number]}'}}", info(one)), _truth(one, one.year)


def network_cover(seed: int, number: int) -> tuple[Sheet, Truth]:
    """The sheet that a network of researchers puts in front, then the article."""
    one = work(seed, number, authors=2)
    cover = (
        "<p class=small>See discussions, stats, and author profiles for this publication at: https://www.example.org/publication/331</p>"
        f"<div style='font:16pt \"{SANS[number]}\"'>{one.whole_title}</div><p>Article&emsp;in&ensp;Marine Signals · March {one.year}<br>DOI: {one.doi}</p>"
        f"<table><tr><td>CITATIONS<br>12</td><td>READS<br>1,204</td></tr></table><p>2 authors, including:</p><p>{one.authors[0].name}<br>University of "
        "Nordhaven<br>31 PUBLICATIONS 240 CITATIONS</p><p>Some of the authors of this publication are also working on these related projects.</p>"
        f"<p class=small>All content following this page was uploaded by {one.authors[0].name} on 03 May {one.year + 1}.</p>"
    )
    head = f"<p class=small>Marine Signals {one.volume} ({one.year}) {one.first_page}–{one.last_page}</p>"
    html = f"{cover}<div class=new>{_article(one, head)}</div>"
    return Sheet(html, f"body{{font:10pt/1.3 '{SERIF[number]}'}}", {}), _truth(one, one.year)


def archive_cover(seed: int, number: int) -> tuple[Sheet, Truth]:
    """The sheet of an open archive: its identifier, how to cite, "submitted on"; then the article."""
    one = work(seed, number, authors=2 + number % 2)
    names = ", ".join(each.name for each in one.authors)
    cover = (
        f"<p class=c><b>HAL Id: hal-0{one.first_page}123</b><br>https://hal.example.org/hal-0{one.first_page}123v1</p><p class=c>Submitted on 3 May {one.year}</p>"
        "<p><b>HAL</b> is a multi-disciplinary open access archive for the deposit and dissemination of scientific research documents, whether they are "
        "published or not.</p><p>L’archive ouverte pluridisciplinaire <b>HAL</b>, est destinée au dépôt et à la diffusion de documents scientifiques.</p>"
        f"<div class=c style='font-size:17pt;font-weight:bold'>{one.whole_title}</div><p class=c>{names}</p><h4>To cite this version:</h4><p>{names}. "
        f"{one.whole_title}. Marine Signals, {one.year}, {one.volume}, pp.{one.first_page}-{one.last_page}. hal-0{one.first_page}123</p>"
    )
    head = (
        f"<p class=small>Marine Signals {one.volume} ({one.year}) {one.first_page}–{one.last_page}</p>"
        if number % 2
        else ""
    )
    html = f"{cover}<div class=new>{_article(one, head)}</div>"
    return Sheet(html, f"body{{font:10.5pt/1.3 '{SERIF[number]}'}}", {}), _truth(one, one.year)


def library_cover(seed: int, number: int) -> tuple[Sheet, Truth]:
    """The sheet of a library of journals: a list "Author(s), Source, Published by, Stable URL"; then the scanned page's text."""
    one = work(seed, number, authors=1 + number % 2)
    names = listed([each.name for each in one.authors])
    cover = (
        f"<div style='font:bold 14pt \"{SANS[number]}\"'>{one.whole_title}</div><p>Author(s): {names}<br>Source: <i>Past Harbours</i>, "
        f"{['May', 'Aug.', 'Nov.', 'Feb.'][number]}, {one.year}, Vol. {one.volume}, No. {number + 1} ({one.year}), pp. {one.first_page}-{one.last_page}<br>"
        f"Published by: Nordhaven University Press<br>Stable URL: https://www.example.org/stable/{one.first_page}77</p><p class=small>Your use of the "
        "archive indicates your acceptance of the Terms &amp; Conditions of Use.</p>"
    )
    html = (
        f"{cover}<div class=new><div class=c style='font-size:15pt;margin:1cm 0'>{one.whole_title}</div><p class=c>{names.upper()}</p>{prose(460, one)}"
        f"<p class=small>This content downloaded from 192.0.2.7 on Mon, 3 Feb {one.year + 8} 10:11:12 UTC</p></div>"
    )
    return Sheet(html, f"body{{font:10.5pt/1.3 '{SERIF[number]}'}}", {}), _truth(one, one.year)


def economics_cover(seed: int, number: int) -> tuple[Sheet, Truth]:
    """The sheet of a server of economics: names turned round, "Working Paper", title, series, suggested citation."""
    one = work(seed, number, authors=2)
    turned = "; ".join(f"{each.family}, {each.given}" for each in one.authors)
    cover = (
        f"<p class=small>econserver&emsp;A Service of the Harbour Library&emsp;Make Your Publications Visible.</p><p>{turned}</p><p><b>Working Paper</b></p><div style='"
        f"font-size:13pt;font-weight:bold'>{one.whole_title}</div><p>Nordhaven Discussion Papers, No. {one.first_page}</p><p><b>Provided in Cooperation with:</b>"
        f"<br>Nordhaven Bureau of Harbour Research</p><p><i>Suggested Citation:</i> {turned} ({one.year}) : {one.whole_title}, Nordhaven Discussion Papers, "
        f"No. {one.first_page}, Nordhaven</p><p>This Version is available at:<br>https://hdl.example.org/10419/{one.first_page}</p><p class=small><b>"
        "Standard-Nutzungsbedingungen:</b> Die Dokumente dürfen zu eigenen wissenschaftlichen Zwecken gespeichert und kopiert werden.</p>"
    )
    html = f"{cover}<div class=new>{_article(one)}</div>"
    return Sheet(html, f"body{{font:10.5pt/1.3 '{SANS[number]}'}}", {}), _truth(one, one.year)


def spaced_capitals(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A title in capitals that are set apart, the author in small ones below."""
    one = work(seed, number, authors=1, subtitle=False)
    title = one.title if "<" in one.title else one.title.upper()
    html = (
        f"<div class=c style='font-size:15pt;letter-spacing:{(0.12, 0.2, 0.3, 0.25)[number]}em;margin:1cm 0'>{title}</div><p class=c style='letter-spacing:.15em'>"
        f"{one.authors[0].name.upper()}</p><p class=c><i>Nordhaven, {one.year}</i></p>{prose(430, one)}"
    )
    return Sheet(html, f"body{{font:11pt/1.35 '{SERIF[number]}'}}", info(one)), _truth(one, one.year)


def large_running_head(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A running head larger than the text, with volume and date, and a long title over three lines below it."""
    one = work(seed, number, authors=2)
    html = (
        f"<table style='font:bold 15pt \"{SANS[number]}\";border-bottom:2px solid'><tr><td>Harbour Observer</td><td style='text-align:right'>Vol. {one.volume}, "
        f"{one.year}</td></tr></table><div class=c style='font-size:18pt;margin:1cm 2.6cm'>{one.whole_title}</div><p class=c>"
        f"{listed([each.name for each in one.authors], '&amp;')}</p>{prose(460, one)}"
    )
    return Sheet(html, f"body{{font:10pt/1.3 '{SERIF[number]}'}}", info(one)), _truth(one, one.year)


def markdown_report(seed: int, number: int) -> tuple[Sheet, Truth]:
    """What pandoc makes of Markdown with a title block, in its own classes; a list of contents follows at once."""
    one = work(seed, number, authors=1 + number % 3)
    names = "".join(f"<p class=author>{each.name}</p>" for each in one.authors)
    html = (
        f"<header id=title-block-header><h1 class=title style='font-size:20pt;text-align:center'>{one.whole_title}</h1><div class=c>{names}<p class=date>"
        f"{one.year}-0{number + 3}-1{number}</p></div></header><nav><ul><li>1 The Harbour<li>2 The Quay</ul></nav><h1>1 The Harbour</h1>{prose(380, one)}"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SANS[number]}'}}", info(one, title=one.whole_title)), _truth(
        one, one.year
    )
