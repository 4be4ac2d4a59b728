"""Title pages: reports, working papers, theses in five languages, and what offices and firms print."""

from tests.reading.corpus.paper import SANS, SERIF, Sheet, info, listed, prose
from tests.reading.corpus.works import Truth, Work, work


def _truth(one: Work, *, authors: bool = True, split: bool = False) -> Truth:
    """``split`` says that the subtitle stands in a type of its own: both ways to give the title are right."""
    titles = (one.whole_title, one.title) if split else (one.whole_title,)
    return Truth(titles, one.authors if authors else (), one.year)


def report(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A report behind a cover: the house above, a very large title, a subtitle below, and the date."""
    one = work(seed, number, authors=2)
    names = f"<div style='font-size:14pt;margin-top:1cm'>{listed([each.name for each in one.authors])}</div>"
    subtitle = f"<div style='font-size:18pt'>{one.subtitle}</div>" if one.subtitle else ""
    cover = (
        f"<div style='font-size:13pt'>Institute for Harbour Policy</div><div style='font:bold 34pt/1.1 \"{SANS[number]}\";margin-top:5cm'>"
        f"{one.title}</div>{subtitle}{names}<div style='font-size:14pt;margin-top:4cm'>{['May', 'June', 'July', 'March'][number]} "
        f"{one.year}</div>"
    )
    html = f"<div class=l>{cover}</div><div class=new><h2>Executive Summary</h2>{prose(500, one)}</div>"
    return Sheet(html, f"body{{font:11pt/1.4 '{SERIF[number]}'}}", info(one)), _truth(one, split=True)


def working_paper(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A working paper: the series in large capitals, the title in capitals, a name a line, address, and date."""
    one = work(seed, number, authors=2 + number % 2)
    title = one.whole_title if "<" in one.whole_title else one.whole_title.upper()
    names = "".join(f"<p>{each.name}</p>" for each in one.authors)
    html = (
        f"<div class=c><p>NORDHAVEN WORKING PAPER SERIES</p><div style='margin:3cm 0 1cm;font-size:{12 + number}pt'>{title}</div>{names}"
        f"<p style='margin-top:1cm'>Working Paper {20_000 + one.first_page}<br>http://www.example.org/papers/w{20_000 + one.first_page}"
        f"</p><p style='margin-top:2cm'>NORDHAVEN BUREAU OF HARBOUR RESEARCH<br>12 Quay Street<br>Nordhaven<br>March {one.year}</p></div>"
        f"<p class=small>The views expressed herein are those of the authors. We thank Paul Adeyemi for comments.<br>© {one.year} by "
        f"{listed([each.name for each in one.authors])}. All rights reserved.</p><div class=new>{title}<br>"
        f"{listed([each.name for each in one.authors])}<h3>ABSTRACT</h3>{prose(200, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one)), _truth(one)


def discussion_paper(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A discussion paper whose cover has the series larger than the title."""
    one = work(seed, number, authors=2)
    names = "<br>".join(each.name for each in one.authors)
    html = (
        f"<div class=l style='font-family:\"{SANS[number]}\"'><div style='font-size:26pt;font-weight:bold'>DISCUSSION PAPER SERIES</div>"
        f"<p style='margin-top:2cm'>DP No. {9000 + one.first_page}</p><div style='font-size:18pt;font-weight:bold'>{one.whole_title}</div>"
        f"<p style='font-size:12pt;margin-top:1cm'>{names}</p><p style='margin-top:3cm'>{['JANUARY', 'APRIL', 'JULY', 'OCTOBER'][number]} "
        f"{one.year}</p></div><div class=new>{prose(400, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one)), _truth(one)


def white_paper(seed: int, number: int) -> tuple[Sheet, Truth]:
    """What a firm prints: no authors, its name large above, "White Paper" below."""
    one = work(seed, number, authors=0)
    subtitle = f"<div style='font-size:15pt'>{one.subtitle}</div>" if one.subtitle else ""
    html = (
        f"<div class=l style='font-family:\"{SANS[number]}\"'><div style='font-size:16pt;color:#07c'>Portolan Systems</div>"
        f"<div style='font-size:30pt;font-weight:bold;margin-top:4cm'>{one.title}</div>{subtitle}<p style='margin-top:1cm'>White Paper | "
        f"June {one.year}</p></div><div class=new>{prose(400, one)}</div><p class=small>© {one.year} Portolan Systems Ltd.</p>"
    )
    return Sheet(html, f"body{{font:11pt/1.4 '{SANS[number]}'}}", info(one)), _truth(one, authors=False, split=True)


def government_brief(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A brief of a ministry: its name, "Policy Brief No.", the title, the text on the same page; no authors."""
    one = work(seed, number, authors=0)
    html = (
        f"<div class=l style='background:#234;color:#fff;padding:8pt;font:bold 13pt \"{SANS[number]}\"'>Ministry of Ports and Fisheries</div>"
        f"<p>Policy Brief No. {number + 4} | {['January', 'February', 'March', 'April'][number]} {one.year}</p><div class=l style='font:bold 22pt/1.15 "
        f'"{SANS[number]}";margin:10pt 0\'>{one.whole_title}</div><p><b>Key points</b></p><ul><li>Small ports matter.<li>Fog costs money.'
        f"</ul>{prose(420, one)}"
    )
    return Sheet(html, f"body{{font:10.5pt/1.35 '{SERIF[number]}'}}", info(one)), _truth(one, authors=False)


def german_thesis(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A German thesis: university, faculty, title, kind, degree, author, town of birth, examiners, date."""
    one = work(seed, number, language="de", authors=1)
    who = one.authors[0].name
    kind = ("Masterarbeit", "Bachelorarbeit", "Inauguraldissertation", "Dissertation")[number]
    degree = (
        "zur Erlangung des akademischen Grades<br>"
        + (
            "Master of Arts (M.A.)",
            "Bachelor of Science (B.Sc.)",
            "Doktor der Philosophie (Dr. phil.)",
            "Doktor-Ingenieur (Dr.-Ing.)",
        )[number]
    )
    html = (
        f"<div class=c><p style='font-size:{(14, 12, 12, 17)[number]}pt'>Universität Nordhafen<br>Fakultät für Küstenkunde</p>"
        f"<div style='font:bold 18pt/1.2 \"{SERIF[number]}\";margin:2.5cm 0 1cm'>{one.whole_title}</div><p>{kind}</p><p>{degree}</p>"
        f"<p style='margin-top:1cm'>vorgelegt von</p><p>{who}</p><p>{'geboren am 3. Mai 1990 in Ostmark' if number > 1 else 'Matrikelnummer: 1234567'}"
        f"</p><p style='margin-top:2cm'>Erstgutachter: Prof. Dr. Heinrich Falke<br>Zweitgutachterin: Dr. Ute Sandmann</p>"
        f"<p>Nordhafen, den 12. März {one.year}</p></div><div class='new'><h2>Inhaltsverzeichnis</h2>{prose(200, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one), "de"), _truth(one)


def french_thesis(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A French thesis: university, "THÈSE", author and defence before or after the title, the jury below."""
    one = work(seed, number, language="fr", authors=1)
    who = one.authors[0].name
    title = f"<div style='font:bold 19pt/1.2 \"{SERIF[number]}\";margin:1.2cm 0'>{one.whole_title}</div>"
    author = (
        f"<p>Présentée et soutenue publiquement par</p><p style='font-size:14pt'>{who}</p><p>le 12 juin {one.year}</p>"
    )
    middle = title + author if number % 2 else author + title
    html = (
        f"<div class=c><p>UNIVERSITÉ DE PORT-BLANC</p><p>École doctorale Mers et Sociétés</p><p style='font-size:16pt'>THÈSE</p><p>pour "
        f"obtenir le grade de docteur de l’Université de Port-Blanc<br>Discipline : Histoire</p>{middle}<p>Sous la direction de M. Yves "
        f"Tanguy, professeur</p><table><tr><td>JURY<br>M. Paul Briand, rapporteur<br>Mme Anne Cadiou, examinatrice</td></tr></table></div>"
        f"<div class=new><h2>Résumé</h2>{prose(200, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one), "fr"), _truth(one)


def polish_thesis(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A Polish thesis: university, faculty, author with number, title, kind and supervisor, town and year."""
    one = work(seed, number, language="pl", authors=1)
    html = (
        f"<div class=c><p style='font-size:14pt'>Uniwersytet Nadmorski<br>Wydział Nauk Społecznych</p><p style='margin-top:1.5cm'>{one.authors[0].name}"
        f"<br>Nr albumu: 123456</p><div style='font:bold 18pt/1.2 \"{SERIF[number]}\";margin:1.2cm 0'>{one.whole_title}</div><p>Praca "
        f"{'magisterska' if number % 2 else 'licencjacka'}<br>na kierunku socjologia</p><p style='text-align:right;margin-top:2cm'>Praca wykonana "
        f"pod kierunkiem<br>dr hab. Zofii Malinowskiej</p><p style='margin-top:3cm'>Nadmorze, maj {one.year}</p></div><div class=new>"
        f"<h2>Streszczenie</h2>{prose(200, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one), "pl"), _truth(one)


def czech_thesis(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A Czech thesis: school in capitals, kind, title, author and supervisor in a table, town and year."""
    one = work(seed, number, language="cs", authors=1)
    html = (
        f"<div class=c><p style='font-size:15pt'>UNIVERZITA DOLNÍHO TOKU</p><p>Fakulta dopravy</p><p style='font-size:{(13, 22, 14, 20)[number]}pt;"
        f"margin-top:2cm'>{'DIPLOMOVÁ' if number % 2 else 'BAKALÁŘSKÁ'} PRÁCE</p><div style='font:bold 18pt/1.2 \"{SERIF[number]}\";margin:1cm 0'>"
        f"{one.whole_title}</div></div><p style='margin-top:3cm'>Autor: {one.authors[0].name}</p><p>Vedoucí práce: doc. Ing. Karel Mostecký, Ph.D."
        f"</p><p class=c style='margin-top:3cm'>Přístavní Lhota {one.year}</p><div class=new><h2>Prohlášení</h2>{prose(200, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one), "cs"), _truth(one)


def english_thesis(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A doctoral thesis: title, "A thesis submitted …", author, supervisors, department, month and year."""
    one = work(seed, number, authors=1)
    html = (
        f"<div class=c><div style='font-size:20pt;margin:2cm 0'>{one.whole_title}</div><p>by</p><p style='font-size:14pt'>{one.authors[0].name}</p>"
        f"<p style='margin-top:2cm'>A {'thesis' if number % 2 else 'dissertation'} submitted in partial fulfillment<br>of the requirements for the "
        f"degree of<br>Doctor of Philosophy<br>(Coastal Studies)</p><p>in the University of Nordhaven</p><p>{'May' if number < 2 else 'Spring'} "
        f"{one.year}</p></div><p>Doctoral Committee:</p><p>Professor Ruth Ambrose, Chair<br>Professor Ian Kettle</p><div class=new>{prose(200, one)}"
        "</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.4 '{SERIF[number]}'}}", info(one)), _truth(one)


def seminar_paper(seed: int, number: int) -> tuple[Sheet, Truth]:
    """A German seminar paper: course and lecturer above, the title, the student's name, number and mail below."""
    one = work(seed, number, language="de", authors=1)
    html = (
        f"<p class=l>Universität Nordhafen<br>Institut für Geschichte<br>Proseminar: Häfen der Neuzeit<br>Dozentin: Dr. Ute Sandmann<br>"
        f"Wintersemester {one.year - 1}/{one.year % 100:02}</p><div class=c style='font:bold 16pt/1.3 \"{SERIF[number]}\";margin:5cm 0'>"
        f"{one.whole_title}</div><p class=l style='margin-top:4cm'>{'Verfasser: ' if number % 2 else ''}{one.authors[0].name}<br>Matrikel-Nr. 1234567<br>"
        f"3. Fachsemester<br>student@uni.example<br>Abgabe: 15.03.{one.year}</p><div class=new>{prose(300, one)}</div>"
    )
    return Sheet(html, f"body{{font:12pt/1.5 '{SERIF[number]}'}}", info(one), "de"), _truth(one)
