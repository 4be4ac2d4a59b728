import pytest

from reading.bibtex_names import names
from reading.people import authors, people, person


def shown(name: dict[str, str] | None) -> str:
    """A name as "Family / Given / particle / suffix", a body as "[Body]"."""
    if name is None:
        return ""
    if "literal" in name:
        return f"[{name['literal']}]"
    return " / ".join(name[part] for part in ("family", "given", "dropping-particle", "suffix") if part in name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Families that are words of bodies as well.
        ("Bank, Gustav", "Bank / Gustav"),
        ("School, Mary E.", "School / Mary E."),
        ("Ruth B. Court", "Court / Ruth B."),
        ("Council, Ines", "Council / Ines"),
        # Suffixes, degrees.
        ("Tarn, Otis Lee, Jr.", "Tarn / Otis Lee / Jr."),
        ("Tarn, Jr., Otis Lee", "Tarn / Otis Lee / Jr."),
        ("Tarn Jr, Otis", "Tarn / Otis / Jr"),
        ("Otis Tarn III", "Tarn / Otis / III"),
        ("Tarn, Otis III", "Tarn / Otis / III"),
        ("Tarn, Otis, PhD", "Tarn / Otis"),
        # Initials in every order; apart, for styles count words.
        ("Dvorak, PM", "Dvorak / P. M."),
        ("Dvorak PM", "Dvorak / P. M."),
        ("Dvorak P.M.", "Dvorak / P. M."),
        ("P.M. Dvorak", "Dvorak / P. M."),
        ("E. V. Dvorak", "Dvorak / E. V."),
        ("Dvorak, E. V.", "Dvorak / E. V."),
        ("Dvorak, S.R.L.", "Dvorak / S. R. L."),
        ("Dvorak, SPA", "Dvorak / S. P. A."),
        ("Dvorak, J-F", "Dvorak / J.-F."),
        ("Dvorak, SA", "Dvorak / S. A."),
        ("DVORAK, EVA", "DVORAK / EVA"),
        # Particles.
        ("Piet van den Berg", "van den Berg / Piet"),
        ("van den Berg P", "van den Berg / P"),
        ("Berg, P. van den", "Berg / P. / van den"),
        ("Elena De Santi", "De Santi / Elena"),
        ("Prof. Dr. Elena Santi", "Santi / Elena"),
        ("Santi, Dr.-Ing. Elena", "Santi / Elena"),
        ("Marc d'Orval", "d'Orval / Marc"),
        ("al- Farsi, Omar", "al-Farsi / Omar"),
        ("d’ Orval, Marc", "d’Orval / Marc"),
        ("Luis Mora y Vidal", "Mora y Vidal / Luis"),
        ("Per Holm", "Holm / Per"),
        ("Ovid", "Ovid"),
        # Bodies.
        ("European Lamp Association", "[European Lamp Association]"),
        ("Office for Lamps & Lenses", "[Office for Lamps & Lenses]"),
        ("Lampworks, Inc.", "[Lampworks, Inc.]"),
        ("Ministry of Lamps, Lisbon", "[Ministry of Lamps, Lisbon]"),
        ("Leuchtturmfreunde e.V.", "[Leuchtturmfreunde e.V.]"),
        ("Leuchtturmfreunde, e. V.", "[Leuchtturmfreunde, e. V.]"),
        ("Lampade, S.p.A.", "[Lampade, S.p.A.]"),
        ("Lampade, s.r.l.", "[Lampade, s.r.l.]"),
        ("UNEP", "[UNEP]"),
        ("Lamps UK", "[Lamps UK]"),
        ("Główny Urząd Miar", "[Główny Urząd Miar]"),
        ("Ministerio de Faros", "[Ministerio de Faros]"),
        ("Lamp Research", "[Lamp Research]"),
        ("ella north", "[ella north]"),
        ("Deutsche Lampenbank", "[Deutsche Lampenbank]"),
        ("Staatliche Leuchtfeuer", "[Staatliche Leuchtfeuer]"),
        ("Banco de Faros", "[Banco de Faros]"),
        ("Autorengruppe Leuchtturm", "[Autorengruppe Leuchtturm]"),
        ("LAMPA SE", "[LAMPA SE]"),
        ("Lampa SE", "Lampa / S. E."),
        ("Oto Deutscher", "Deutscher / Oto"),
        # Long names, numbers behind them, a particle in front.
        ("Anna Maria Luisa Sofia de la Torre y Vidal", "de la Torre y Vidal / Anna Maria Luisa Sofia"),
        ("Anna Maria Luisa Sofia Rosa Torre", "[Anna Maria Luisa Sofia Rosa Torre]"),
        ("Ludovica II", "Ludovica / II"),
        ("da Torre", "da Torre"),
        # What databases put behind a name.
        ("Novak, Jan*", "Novak / Jan"),
        ("Jan Novak1,3", "Novak / Jan"),
        ("Novak, Jan²", "Novak / Jan"),
        ("Novak, Jan (ORCID: 0000-0001-0000-000X)", "Novak / Jan"),
        ("Novak, Jan [https://orcid.org/0000-0001-0000-0001]", "Novak / Jan"),
        ("and Novak, Jan", "Novak / Jan"),
        ("Group of 12", "[Group of 12]"),
        # No name.
        ("[object Object]", ""),
        ("nan", ""),
        ("None", ""),
        ("n/a", ""),
    ],
)
def test_one_name(text: str, said: str) -> None:
    assert shown(person(text)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Novak, Jan; Moreau, Lise", ["Novak / Jan", "Moreau / Lise"]),
        ("Novak, Jan, Moreau, Lise, Sato, Ken", ["Novak / Jan", "Moreau / Lise", "Sato / Ken"]),
        ("Novak, J., Moreau, L. & Sato, K.", ["Novak / J.", "Moreau / L.", "Sato / K."]),
        ("Novak J, Moreau LB, Sato K", ["Novak / J", "Moreau / L. B.", "Sato / K"]),
        ("Jan Novak, Lise Moreau and Ken Sato", ["Novak / Jan", "Moreau / Lise", "Sato / Ken"]),
        ("Jan Novak & Lise Moreau", ["Novak / Jan", "Moreau / Lise"]),
        ("Novak J., Moreau L.", ["Novak / J.", "Moreau / L."]),
        ("Jan Novak / Lise Moreau", ["Novak / Jan", "Moreau / Lise"]),
        ("Novak, Jan|Moreau, Lise", ["Novak / Jan", "Moreau / Lise"]),
        ("J. Novak et al.", ["Novak / J.", "[others]"]),
        ("Novak, J.; Moreau, L.; et al", ["Novak / J.", "Moreau / L.", "[others]"]),
        ("['Novak, Jan', 'Moreau, Lise']", ["Novak / Jan", "Moreau / Lise"]),
        ("Institute for Lamps and Lenses", ["[Institute for Lamps and Lenses]"]),
        ("Novak & Novak", ["[Novak & Novak]"]),
        ("Novak, Moreau and Co.", ["[Novak, Moreau and Co.]"]),
        ("Novak, Jan, Jr.", ["Novak / Jan / Jr."]),
        ("Mora Vidal, Ana Luz", ["Mora Vidal / Ana Luz"]),
        ("Mora Vidal, J. J.", ["Mora Vidal / J. J."]),
        ("Jan K. Novak, Lise Moreau", ["Novak / Jan K.", "Moreau / Lise"]),
        ("et al.", []),
    ],
)
def test_several_names_whatever_stands_between_them(text: str, said: list[str]) -> None:
    assert [shown(name) for name in authors(text)] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{European Lamp Association} and Novak, Jan", ["[European Lamp Association]", "Novak / Jan"]),
        (
            "Board of Lamps and Institute for Lenses \\& Mirrors",
            ["[Board of Lamps]", "[Institute for Lenses & Mirrors]"],
        ),
        ("Ministry of Mines and Fisheries", ["[Ministry of Mines and Fisheries]"]),
        ("Department of Lamps and Public Services", ["[Department of Lamps and Public Services]"]),
        ("Food and Lamp Organization of the North", ["[Food and Lamp Organization of the North]"]),
        ("Academy of Lamps, Lenses, and Engineering", ["[Academy of Lamps, Lenses, and Engineering]"]),
        ("Department of Lamps and Jan Novak", ["[Department of Lamps]", "Novak / Jan"]),
        ("Novak, Jan and others", ["Novak / Jan", "[others]"]),
        ("Novak, Jan; Moreau, Lise", ["Novak / Jan", "Moreau / Lise"]),
        ("Lise {Moreau Blanc} and {\\v S}imek, Jan", ["Moreau Blanc / Lise", "Šimek / Jan"]),
        ("{Novak, Jan and Moreau, Lise}", ["Novak / Jan", "Moreau / Lise"]),
        ("{Barn and Barn, Inc.}", ["[Barn and Barn, Inc.]"]),
        ("{\\'A}lvarez, Ana and {\\O}st, Bo", ["Álvarez / Ana", "Øst / Bo"]),
        ('G{\\"o}tz, J{\\"u}rgen\n  and  Kerr, M.~J.', ["Götz / Jürgen", "Kerr / M. J."]),
        ("Novak, Jan and", ["Novak / Jan"]),
        ("given=Piet, family=Berg, prefix=van den, given-i=P and Novak, Jan", ["van den Berg / Piet", "Novak / Jan"]),
        ("Mora Vidal, Ana Luz and de la Torre, Eva Inés", ["Mora Vidal / Ana Luz", "de la Torre / Eva Inés"]),
        ("Jan Novak, Lise Moreau and Ken Sato", ["Novak / Jan", "Moreau / Lise", "Sato / Ken"]),
        ("Jan Novak, Lise Moreau, Ken Sato", ["Novak / Jan", "Moreau / Lise", "Sato / Ken"]),
        ("", []),
    ],
)
def test_names_in_bibtex(text: str, said: list[str]) -> None:
    assert [shown(name) for name in names(text)] == said


@pytest.mark.parametrize(
    "owner", ["Administrator", "user17", "Microsoft Office User", "HP Scanner 4", "jan@example.org"]
)
def test_who_owns_a_computer_is_no_author_of_its_files(owner: str) -> None:
    assert people(owner) == []
