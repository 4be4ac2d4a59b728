from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading import bibtex
from reading.bibtex import read_bibtex
from reading.bibtex_csl import csl
from reading.bibtex_fields import Entry, resolved
from reading.bibtex_names import names
from reading.bibtex_syntax import raw_entries
from reading.encoding import MAX_LIST_BYTES
from reading.errors import TooBigError
from reading.protocol import Item, Unread


def read(tmp_path: Path, text: str) -> tuple[list[dict[str, Any]], list[Unread]]:
    """The items of a bibliography and what is said of the other entries."""
    path = tmp_path / "a.bib"
    path.write_text(text)
    said = list(read_bibtex(path))
    return [one.csl for one in said if isinstance(one, Item)], [one for one in said if isinstance(one, Unread)]


def only(tmp_path: Path, text: str) -> dict[str, Any]:
    """The one item of a bibliography of which nothing is to be said."""
    items, unread = read(tmp_path, text)
    assert unread == []
    (item,) = items
    return item


def field(tmp_path: Path, fields: str, kind: str = "article") -> dict[str, Any]:
    """The item of an entry with these fields and a title."""
    return only(tmp_path, f"@{kind}{{k, title={{On lamps}}, {fields}}}")


# --- how entries are written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "@Article{k,\n  Title = {On lamps},\n  AUTHOR = {Novak, Jan},\n  yEaR = {2014}\n}\n",
        "@ARTICLE{k,title={On lamps},author={Novak, Jan},year=2014}",
        "   @article {k , title = {On lamps} , author = {Novak, Jan} , year = 2014 ,}",
        '@article(k, title = "On lamps", author = "Novak, Jan", year = "2014")',
        "@article{k,\r\n title={On lamps},\r\n author={Novak, Jan},\r\n year={2014}\r\n}\r\n",
        "@article{k,\ntitle={On lamps},\nfunding_text 1={None},\nauthor={Novak, Jan},\nyear={2014},\nsource={S},\n}\n",
        "@article{k\n title = {On lamps}\n author = {Novak, Jan}\n year = 2014\n}",
        "@article{k,, title = {On lamps},, author = {Novak, Jan}; year = 2014}",
        "@article{k,\n % a note, = {\n title = {On lamps}, % and one more\n author = {Novak, Jan},\n year = 2014}",
    ],
)
def test_an_entry_is_read_however_it_is_laid_out(tmp_path: Path, text: str) -> None:
    assert only(tmp_path, text) == {
        "type": "article-journal", "citation-key": "k", "title": "On lamps",
        "author": [{"family": "Novak", "given": "Jan"}], "issued": {"date-parts": [[2014]]},
    }  # fmt: skip


@pytest.mark.parametrize("begin", ["@book{, ", "@book{", "@book{\n  "])
def test_an_entry_without_a_key_is_read(tmp_path: Path, begin: str) -> None:
    item = only(tmp_path, begin + "title={On lenses}, year=2001}")
    assert item["title"] == "On lenses"
    assert "citation-key" not in item or item["citation-key"] == ""


def test_entries_on_one_line_are_all_read(tmp_path: Path) -> None:
    items, unread = read(tmp_path, "@book{a,title={Lamps}} @book{b,title={Lenses}}@book{c,title={Mirrors}}")
    assert [item["title"] for item in items] == ["Lamps", "Lenses", "Mirrors"]
    assert unread == []


def test_what_stands_between_entries_is_no_entry(tmp_path: Path) -> None:
    text = (
        "Write to jan@example.org {soon}. % or call\n@comment{jabref-meta: databaseType:bibtex;}\n"
        '@preamble{"\\newcommand{\\x}{y}"}\n@string{acm = "ACM"}\n@Control{c, ctrl = "yes"}\n'
        "% note before\n@book{a, title={Lamps}}\n% Encoding: UTF-8\n"
    )
    assert only(tmp_path, text)["title"] == "Lamps"


def test_a_field_twice_costs_nothing(tmp_path: Path) -> None:
    item = field(
        tmp_path, "file={a.pdf}, file={b.pdf}, author={Novak, Jan}, author={Moreau, Lise}, year=2014, year=2015"
    )
    assert [name["family"] for name in item["author"]] == ["Novak", "Moreau"]
    assert item["issued"] == {"date-parts": [[2014]]}


def test_quotation_marks_and_braces_within_values(tmp_path: Path) -> None:
    items, unread = read(
        tmp_path,
        '@book{a, title = "The "great" lamp, and others", year = 1999}\n'
        '@book{b, title = "A {"}quoted{"} lens", year = 1999}\n'
        "@book{c, title = {Sets \\{a, b\\} of mirrors}, year = 1999}\n",
    )
    assert [item["title"] for item in items] == [
        'The "great" lamp, and others', 'A "quoted" lens', "Sets {a, b} of mirrors",
    ]  # fmt: skip
    assert [item["issued"]["date-parts"] for item in items] == [[[1999]]] * 3
    assert unread == []


# --- nothing disappears unsaid --------------------------------------------------------------------------


def test_what_is_not_read_is_told_by_line_key_and_reason(tmp_path: Path) -> None:
    items, unread = read(
        tmp_path,
        "@book{a, title={Lamps}}\n"  # 1
        "@article{b, author={Novak, Jan}, year=1999}\n"  # 2
        "@article{c, title={Lenses\n"  # 3
        "@article{d,\n  title={Mirrors}\n}\n"  # 4
        "%@article{e, title={Wicks}}\n"  # 7
        "% @article{f,\n%  title={Oil}\n%}\n"  # 8
        "@book{g}\n"  # 11
        "@comment{\n@book{h, title={Glass}}\n}\n",  # 12
    )
    assert [item["title"] for item in items] == ["Lamps", "Mirrors"]
    assert [(one.line, one.key, one.code) for one in unread] == [
        (2, "b", "no_title"), (3, "c", "unclosed"), (7, "e", "commented"), (8, "f", "commented"), (11, "g", "no_title"),
        (13, "h", "commented"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "@book{a, title={Lamps {of glass}, \n author={Novak, Jan},\n year=2014\n}\n@book{b, title={Lenses}}",
        "@book{a,\n title={Lamps of glass},\n author={Novak, Jan},\n year=2014\n\n@book{b, title={Lenses}}",
        "@book{a, title={Lamps of glass}, author={Novak, Jan}, year=2014 @book{b, title={Lenses}}",
        "@book{a, title={Lamps {of glass}, author={Novak, Jan}, year={2014}}\n\n@book{b, title={Lenses}}",
        "@book{a,\n title={Lamps of glass}},\n author={Novak, Jan},\n year=2014\n}\n@book{b, title={Lenses}}",
        "@book{a,\n title={Lamps of glass}, rubbish {here},\n author={Novak, Jan}, year=2014}"
        "\n@book{b, title={Lenses}}",
    ],
)
def test_one_brace_too_few_or_too_many_costs_no_entry(tmp_path: Path, text: str) -> None:
    items, unread = read(tmp_path, text)
    assert [item["title"] for item in items] == ["Lamps of glass", "Lenses"]
    assert (items[0]["author"], items[0]["issued"]) == ([{"family": "Novak", "given": "Jan"}], {"date-parts": [[2014]]})
    assert [(one.line, one.code) for one in unread] == [(1, "mended")]


def test_two_works_with_one_key_are_two(tmp_path: Path) -> None:
    items, unread = read(
        tmp_path,
        "@article{n14, title={On lamps}, year=2014}\n@article{n14-2, title={Wicks}, year=2014}\n"
        "@article{n14, title={On lenses}, year=2014}\n",
    )
    assert [(item["citation-key"], item["title"]) for item in items] == [
        ("n14", "On lamps"), ("n14-2", "Wicks"), ("n14-3", "On lenses"),
    ]  # fmt: skip
    assert unread == []


def test_one_work_twice_is_joined_and_said(tmp_path: Path) -> None:
    work = "title={A history of lamps}, author={Novak, Jan}, year=2014"
    items, unread = read(tmp_path, f"@article{{a, {work}, doi={{10.1000/x}}}}\n@article{{b, {work}, volume=3}}\n")
    assert [(item["citation-key"], item["DOI"], item["volume"]) for item in items] == [("a", "10.1000/x", "3")]
    assert [(one.line, one.key, one.code) for one in unread] == [(2, "b", "joined")]


@pytest.mark.parametrize(
    "other", ["volume=4", "year=2015", "author={Moreau, Lise}", "doi={10.1000/y}", "pages={9--11}"]
)
def test_works_that_differ_are_not_joined(tmp_path: Path, other: str) -> None:
    name = other.partition("=")[0]
    fields = {
        "title": "{A history of lamps}", "author": "{Novak, Jan}", "year": "2014", "volume": "3", "doi": "{10.1000/x}",
        "pages": "{1--8}",
    }  # fmt: skip
    first = ", ".join(f"{one}={said}" for one, said in fields.items())
    second = ", ".join(f"{one}={said}" for one, said in fields.items() if one != name)
    items, unread = read(tmp_path, f"@article{{a, {first}}}\n@article{{a, {second}, {other}}}\n")
    assert (len(items), unread) == (2, [])


def test_more_entries_than_are_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bibtex, "MAX_ITEMS", 3)
    items, unread = read(tmp_path, "".join(f"@book{{k{at}, title={{Lamp {at}}}}}\n" for at in range(8)))
    assert len(items) == 3
    assert unread == [Unread(line=4, count=5, code="limit")]


def test_three_thousand_entries_are_all_read(tmp_path: Path) -> None:
    items, unread = read(tmp_path, "".join(f"@book{{k, title={{On lamp {at}}}}}\n" for at in range(3_000)))
    assert (len(items), unread) == (3_000, [])
    assert len({item["citation-key"] for item in items}) == 3_000


def test_a_bibliography_beyond_ten_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_bytes(b" " * (MAX_LIST_BYTES + 1))
    with pytest.raises(TooBigError):
        list(read_bibtex(path))


@given(st.text(alphabet='@bok{}(),="#%\\$ \nait', max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    list(resolved(raw_entries(text)))


_WRITTEN = st.text(alphabet="aB1 ,.;&~{}()[]$\\\\^_'`\"%<>/-é李", max_size=40)
_FIELDS = (
    "title author editor year date month day pages number edition url howpublished note urldate doi eprint type "
    "journal langid chapter crossref abstract"
)


@given(
    st.sampled_from(["article", "inbook", "misc", "thesis"]),
    st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS.split(), _WRITTEN)),
)
def test_any_field_can_be_read(kind: str, fields: dict[str, str]) -> None:
    assert "type" in csl(Entry(kind, "k", 1, "", fields))


@given(st.text(alphabet="Ab ,.;&{}\\\\'~-and[]é李", max_size=60))
def test_any_name_can_be_read(text: str) -> None:
    assert all(set(name) == {"literal"} or name["family"] for name in names(text))


@given(st.lists(st.sampled_from(["", "{", "}", '"', "%", "@", "\\", "{}", "$", "=", ","]), min_size=1, max_size=6))
def test_a_stray_sign_never_costs_the_entries_around_it(signs: list[str]) -> None:
    text = "".join(
        f"@book{{k{at},\n  title = {{Lamp {at} {sign} end}},\n  year = 2001\n}}\n" for at, sign in enumerate(signs)
    )
    found = [entry for entry in resolved(raw_entries(text)) if entry.key]
    assert [entry.key for entry in found] == [f"k{at}" for at in range(len(signs))]


# --- what fields mean -----------------------------------------------------------------------------------


def test_an_abstract_is_whole(tmp_path: Path) -> None:
    item = field(tmp_path, "abstract={Lamps lasted 12% longer. R&D at $5 \\& less; see %20 and {50%} of it.}")
    assert item["abstract"] == "Lamps lasted 12% longer. R&D at $5 & less; see %20 and 50% of it."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Lamps & Lenses", "Lamps & Lenses"),
        ("Lamps \\& Lenses", "Lamps & Lenses"),
        ("L&amp;L", "L&L"),
        ("\\apj", "The Astrophysical Journal"),
    ],
)
def test_journals(tmp_path: Path, written: str, said: str) -> None:
    assert field(tmp_path, f"journal={{{written}}}")["container-title"] == said


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ("url={https://example.org/~jan/a%20b.pdf?x=1&y=2}", "https://example.org/~jan/a%20b.pdf?x=1&y=2"),
        ("howpublished={\\url{https://example.org/a_b}}", "https://example.org/a_b"),
        ("howpublished={Available at: https://example.org/a.}", "https://example.org/a"),
        ("howpublished={Available at \\href{https://example.org/h}{Lamps}}", "https://example.org/h"),
        ("note={\\href{https://example.org/n}{the site}}", "https://example.org/n"),
        ("url={https://example.org/1 https://example.org/2}", "https://example.org/1"),
        ("url={https://example.org/very/\n    long}", "https://example.org/very/long"),
        ("ee={https://example.org/db}", "https://example.org/db"),
    ],
)
def test_addresses_stand_wherever_they_are_written(tmp_path: Path, fields: str, address: str) -> None:
    item = field(tmp_path, fields, kind="misc")
    assert item["URL"] == address
    assert "publisher" not in item


def test_an_address_of_something_else_is_not_the_works_own(tmp_path: Path) -> None:
    assert "URL" not in field(tmp_path, "journal={J. Lamps}, note={Code under https://example.org/code}")
    item = field(tmp_path, "journal={J. Lamps}, note={Available online at https://example.org/text}")
    assert item["URL"] == "https://example.org/text"


def test_editors_among_the_authors(tmp_path: Path) -> None:
    item = field(tmp_path, "author={Novak, Jan and Moreau, Lise (Hrsg.)}", kind="book")
    assert item["editor"] == [{"family": "Novak", "given": "Jan"}, {"family": "Moreau", "given": "Lise"}]
    assert "author" not in item


def test_who_published_a_thing_is_kept(tmp_path: Path) -> None:
    assert field(tmp_path, "howpublished={Lamp Press}", kind="misc")["publisher"] == "Lamp Press"


@pytest.mark.parametrize(
    "fields",
    [
        "url={https://example.org}, urldate={2023-02-07}",
        "url={https://example.org}, lastchecked={7 February 2023}",
        "note={[Online; accessed 7-February-2023]}, url={https://example.org}",
        "howpublished={\\url{https://example.org} (accessed February 7, 2023)}",
        "howpublished={\\url{https://example.org}, Zugriff am 7.2.2023}",
    ],
)
def test_when_a_page_was_looked_at(tmp_path: Path, fields: str) -> None:
    item = field(tmp_path, fields, kind="online")
    assert item["accessed"] == {"date-parts": [[2023, 2, 7]]}
    assert item["URL"] == "https://example.org"


@pytest.mark.parametrize(
    "said", ["10.1000/Ab", "https://doi.org/10.1000/Ab", "http://dx.doi.org/10.1000/Ab", "doi:10.1000/Ab"]
)
def test_a_doi_is_bare(tmp_path: Path, said: str) -> None:
    assert field(tmp_path, f"doi={{{said}}}")["DOI"] == "10.1000/Ab"


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("techreport", "number={TR-3}", {"number": "TR-3"}),
        ("article", "number={4}", {"issue": "4"}),
        ("article", "issue={4}", {"issue": "4"}),
        (
            "book",
            "number={7}, series={Lamps of Europe}",
            {"collection-number": "7", "collection-title": "Lamps of Europe"},
        ),
        ("patent", "number={EP 123}", {"number": "EP 123"}),
        ("book", "edition={3rd}", {"edition": "3"}),
        ("book", "edition={Second}", {"edition": "2"}),
        ("book", "edition={4. Auflage}", {"edition": "4"}),
        ("book", "edition={revised}", {"edition": "revised"}),
        ("article", "volume={Vol. 12}, number={No. 3}", {"volume": "12", "issue": "3"}),
        ("article", "volume={Jg. 7}, number={Heft 2/3}", {"volume": "7", "issue": "2/3"}),
        ("article", "volume={Nova}", {"volume": "Nova"}),
        (
            "book",
            "isbn={978-3-16-148410-0 and 3-16-148410-X}, issn={0378-5955 (print)}",
            {"ISBN": "978-3-16-148410-0", "ISSN": "0378-5955"},
        ),
        ("article", "note={doi:10.1000/Ab.}", {"DOI": "10.1000/Ab"}),
        ("article", "note={See 10.1000/Ab}", {"DOI": None}),
        ("article", "pages={pp. 12 -- 34}", {"page": "12-34"}),
        ("article", "eid={e123}", {"page": "e123"}),
        ("thesis", "type={PhD thesis}, school={Lamp College}", {"genre": "PhD thesis", "publisher": "Lamp College"}),
        ("thesis", "type={mathesis}", {"genre": "Master's thesis"}),
        ("phdthesis", "year=2001", {"genre": "PhD thesis"}),
        ("article", "year={in press}", {"status": "in press"}),
        ("article", "langid={ngerman}", {"language": "de"}),
        ("article", "language={pl}", {"language": "pl"}),
        ("article", "entrysubtype={newspaper}", {"type": "article-newspaper"}),
    ],
)
def test_numbers_and_kinds(tmp_path: Path, kind: str, fields: str, said: dict[str, str]) -> None:
    item = field(tmp_path, fields, kind=kind)
    assert {name: item.get(name) for name in said} == said


def test_a_report_has_no_issue(tmp_path: Path) -> None:
    assert "issue" not in field(tmp_path, "number={TR-3}", kind="techreport")


@pytest.mark.parametrize(
    ("kind", "csl_type"),
    [
        ("mvbook", "book"), ("bookinbook", "chapter"), ("suppbook", "chapter"), ("dataset", "dataset"),
        ("inreference", "entry-encyclopedia"), ("periodical", "periodical"), ("artwork", "graphic"), ("audio", "song"),
        ("image", "graphic"), ("jurisdiction", "legal_case"), ("legislation", "legislation"), ("legal", "legislation"),
        ("letter", "personal_communication"), ("movie", "motion_picture"), ("music", "song"), ("review", "review"),
        ("performance", "performance"), ("standard", "standard"), ("video", "motion_picture"), ("map", "map"),
        ("software", "software"), ("newspaper", "article-newspaper"), ("magazine", "article-magazine"),
        ("blogpost", "post-weblog"), ("podcast", "broadcast"), ("interview", "interview"), ("presentation", "speech"),
        ("preprint", "article"), ("bachelorsthesis", "thesis"), ("website", "webpage"), ("Case", "legal_case"),
        ("misc", "document"), ("neverheardof", "document"),
    ],
)  # fmt: skip
def test_kinds_of_works(tmp_path: Path, kind: str, csl_type: str) -> None:
    assert field(tmp_path, "year=2001", kind=kind)["type"] == csl_type


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            "eprint={2101.00042}, archiveprefix={arXiv}, primaryclass={cs.LG}",
            {"type": "article", "number": "arXiv:2101.00042", "URL": "https://arxiv.org/abs/2101.00042"},
        ),
        ("eprint={arXiv:hep-th/9901001v2}", {"number": "arXiv:hep-th/9901001v2"}),
        ("eprint={https://arxiv.org/abs/2101.00042}, doi={10.1000/x}", {"number": "arXiv:2101.00042", "URL": None}),
        ("eprint={2101.00042}, journal={J. Lamps}, volume=2", {"type": "article-journal", "number": None}),
        (
            "journal={arXiv preprint arXiv:2101.00042}",
            {"type": "article", "number": "arXiv:2101.00042", "publisher": "arXiv", "container-title": None},
        ),
        (
            "journal={CoRR}, volume={abs/2101.00042}",
            {"number": "arXiv:2101.00042", "volume": None, "publisher": "arXiv"},
        ),
        ("howpublished={arXiv:2101.00042v2 [cs.LG]}", {"number": "arXiv:2101.00042v2", "publisher": "arXiv"}),
        ("journal={arXiv studies}", {"type": "article-journal", "container-title": "arXiv studies"}),
        ("eprint={12345}, eprinttype={pubmed}", {"PMID": "12345", "URL": "https://pubmed.ncbi.nlm.nih.gov/12345/"}),
        ("eprint={99}, eprinttype={jstor}", {"URL": "https://www.jstor.org/stable/99"}),
    ],
)
def test_preprints_and_archives(tmp_path: Path, fields: str, said: dict[str, str | None]) -> None:
    item = field(tmp_path, fields)
    assert {name: item.get(name) for name in said} == said


def test_abbreviations_and_joined_values(tmp_path: Path) -> None:
    item = only(
        tmp_path,
        '@string{LP = "Lamp"}\n@string(lpp = lp # { Press})\n'
        '@article{k, title={T} # " of " # lp, journal = Lp # " Letters", publisher = LPP,'
        ' month = jun # "~9", year = 2011}',
    )
    assert (item["title"], item["container-title"], item["publisher"]) == ("T of Lamp", "Lamp Letters", "Lamp Press")
    assert item["issued"] == {"date-parts": [[2011, 6, 9]]}


def test_a_part_inherits_from_its_whole(tmp_path: Path) -> None:
    items, _unread = read(
        tmp_path,
        "@inproceedings{a, title={Wicks}, author={Novak, Jan}, crossref={P11}, pages={1--2}}\n"
        "@proceedings{p11, title={Lamps 2011}, year=2011, editor={Moreau, Lise}, doi={10.1000/whole}, pages={1--999},"
        " xdata={pub}}\n@xdata{pub, publisher={Lamp Press}, address={Lisbon}}\n"
        "@article{c, title={Oil}, crossref={issue}}\n@periodical{issue, title={J. Lamps}, volume=5, date={2012-04}}\n"
        "@book{d, title={Volume one}, crossref={d}}\n",
    )
    part, whole, article, _issue, itself = items
    assert part == {
        "type": "paper-conference", "citation-key": "a", "title": "Wicks", "container-title": "Lamps 2011",
        "page": "1-2",
        "author": [{"family": "Novak", "given": "Jan"}], "editor": [{"family": "Moreau", "given": "Lise"}],
        "issued": {"date-parts": [[2011]]}, "publisher": "Lamp Press", "publisher-place": "Lisbon",
    }  # fmt: skip
    assert (whole["title"], whole["DOI"], whole["publisher"]) == ("Lamps 2011", "10.1000/whole", "Lamp Press")
    assert (article["container-title"], article["volume"]) == ("J. Lamps", "5")
    assert article["issued"] == {"date-parts": [[2012, 4]]}
    assert itself["title"] == "Volume one"


def test_the_part_of_a_book_by_its_chapter(tmp_path: Path) -> None:
    item = only(tmp_path, "@inbook{k, title={All lamps}, chapter={On wicks}, author={Novak, Jan}}")
    assert (item["type"], item["title"], item["container-title"]) == ("chapter", "On wicks", "All lamps")
    assert "chapter-number" not in item
    item = only(tmp_path, "@inbook{k, title={All lamps}, chapter=4, author={Novak, Jan}}")
    assert (item["type"], item["title"], item["chapter-number"]) == ("book", "All lamps", "4")


def test_titles_with_subtitles_and_formulas(tmp_path: Path) -> None:
    item = only(tmp_path, "@book{k, title={{CO$_2$} in lamps}, subtitle={A \\textit{survey}}, shorttitle={Lamps}}")
    assert (item["title"], item["title-short"]) == ("CO<sub>2</sub> in lamps: A survey", "Lamps")
    assert only(tmp_path, "@book{k, title={Why lamps?}, subtitle={A survey}}")["title"] == "Why lamps? A survey"
    assert only(tmp_path, "@proceedings{k, booktitle={Lamps 2011}}")["title"] == "Lamps 2011"
    volume = only(tmp_path, "@book{k, title={Wicks}, maintitle={All about lamps}, volume=2}")
    assert (volume["title"], volume["collection-title"], volume["volume"]) == ("Wicks", "All about lamps", "2")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("date={2018-02/2018-04}", [[2018, 2], [2018, 4]]),
        ("date={2018/}", [[2018], [0]]),
        ('year=2018, month={feb # "--" # apr}', [[2018, 2], [2018, 4]]),
        ("year=2018, month=feb # {/} # apr", [[2018, 2], [2018, 4]]),
        ("year=2018, month={2}, day={3}", [[2018, 2, 3]]),
        ("date={March 2018}", [[2018, 3]]),
        ("year={2018-03-04}", [[2018, 3, 4]]),
    ],
)
def test_dates(tmp_path: Path, fields: str, said: object) -> None:
    assert field(tmp_path, fields)["issued"]["date-parts"] == said


def test_about_a_year(tmp_path: Path) -> None:
    for fields in ("date={1850~}", "date=1850?", "year={c. 1850}"):
        assert field(tmp_path, fields)["issued"] == {"date-parts": [[1850]], "circa": True}
