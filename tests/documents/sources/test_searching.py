"""The five search services: their answers, their silence, and one list out of all of them (R-95)."""

import asyncio
import time
from dataclasses import replace
from types import ModuleType

import pytest
from django.conf import settings
from django.test import override_settings

from documents.domain import sources
from documents.sources.connectors import crossref, openalex, perplexity, semantic_scholar, tavily
from documents.sources.found import FoundWork, doi, title
from documents.sources.merging import merge
from documents.sources.retractions import by_title
from documents.sources.searching import configured, search_services
from sandbox.testing import Running

ABSTRACT = "The keepers wound the weight by hand, and the lamp burned on through every night of the long winter."


def work(**values: object) -> FoundWork:
    return replace(FoundWork(title="On the Keeping of Lights", text=ABSTRACT), **values)


async def test_all_services_answer_and_one_work_is_listed_once(sandbox: Running) -> None:
    result = await search_services("package maintenance", services=configured(settings.SOURCE_SERVICES))
    assert result.failed == []
    assert 5 <= len(result.works) <= 20
    assert len({found.doi for found in result.works}) == len(result.works)
    best = result.works[0]
    assert set(best.services) == {"openalex", "crossref", "semantic_scholar", "tavily", "perplexity"}
    assert best.kind == "article-journal"
    assert dict(best.authors[0])["family"] == "Sandbox"
    assert best.is_citable


@pytest.mark.parametrize("mode", ["500", "429", "empty_body", "malformed_body", "drop"])
async def test_a_service_that_fails_is_left_out(sandbox: Running, mode: str) -> None:
    sandbox.control.fault("openalex", mode)
    result = await search_services("package maintenance", services=configured(settings.SOURCE_SERVICES))
    assert result.failed == ["openalex"]
    assert len(result.works) >= 5


async def test_a_slow_service_does_not_hold_up_the_others(sandbox: Running) -> None:
    sandbox.control.fault("crossref", "delay", seconds=60)
    started = time.monotonic()
    result = await search_services("lamps", services=configured(settings.SOURCE_SERVICES), seconds=3.0)
    assert time.monotonic() - started < 30, "it was not waited for"
    assert result.failed == ["crossref"]
    assert result.works


async def test_services_without_an_address_are_not_asked() -> None:
    none = {name: {"url": "", "key": ""} for name in settings.SOURCE_SERVICES}
    assert configured(none) == []
    assert (await search_services("lamps", services=configured(none))).works == []


async def test_answers_are_kept_and_asked_for_once(sandbox: Running) -> None:
    first = await sources.search(["lamps"], language="en")
    second = await sources.search(["Lamps "], language="en")
    assert [found.doi for found in first] == [found.doi for found in second]
    assert len(sandbox.control.calls("openalex")["calls"]) == 1


async def test_queries_are_asked_at_once(sandbox: Running) -> None:
    sandbox.control.fault("search", "delay", seconds=0.3)
    found = await sources.search(["lamps", "lenses", "keepers", "fog", "wrecks"], language="en")
    assert sandbox.control.calls("openalex")["max_concurrency"]["openalex"] >= 3
    assert 20 < len(found) <= 100
    dois = [work.doi for work in found if work.doi]
    assert len(dois) == len(set(dois))


async def test_a_service_with_too_much_to_do_is_asked_once_more(sandbox: Running) -> None:
    sandbox.control.fault("openalex", "429", times=1, retry_after=1)
    result = await search_services("lamps", services=configured(settings.SOURCE_SERVICES))
    assert result.failed == []
    assert len(sandbox.control.calls("openalex")["calls"]) == 2


async def test_an_answer_that_breaks_its_reader_is_left_out(sandbox: Running) -> None:
    """Brackets nested deeper than any reader of JSON goes."""
    body = b"[" * 200_000

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    first, *others = configured(settings.SOURCE_SERVICES)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        nested = replace(first, url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        result = await search_services("lamps", services=[nested, *others])
    assert result.failed == [first.connector.name]
    assert result.works


async def test_a_cache_that_is_away_costs_nothing_but_the_asking(sandbox: Running) -> None:
    away = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=away):
        assert await sources.search(["lamps"], language="en")


async def test_an_answer_with_a_silent_service_is_not_kept(sandbox: Running) -> None:
    sandbox.control.fault("tavily", "500", times=1)
    await sources.search(["lamps"])
    await sources.search(["lamps"])
    assert len(sandbox.control.calls("openalex")["calls"]) == 2


def test_works_with_one_title_and_no_doi_are_one() -> None:
    found = merge(
        [
            [work(year=2020, services=("openalex",), doi="10.1/a")],
            [work(title="On the keeping of lights.", year=2021, services=("tavily",), url="https://example.org/a")],
        ],
        query="lights",
    )
    assert len(found) == 1
    assert (found[0].doi, found[0].url, found[0].services) == (
        "10.1/a",
        "https://example.org/a",
        ("openalex", "tavily"),
    )


@pytest.mark.parametrize(
    "other",
    [
        {"title": "On the Keeping of Nights"},
        {"year": 1990},
        {"doi": "10.1/b"},
        {"authors": ((("family", "Other"),),)},
    ],
)
def test_works_that_only_look_alike_stay_two(other: dict[str, object]) -> None:
    one = work(year=2020, doi="10.1/a", authors=((("family", "Rossi"),),))
    second = replace(one, doi="", **other) if "doi" not in other else replace(one, **other)
    assert len(merge([[one], [second]], query="lights")) == 2


def test_parts_of_one_title_stay_two() -> None:
    long = "A very long title about the keeping of lights along the northern coasts, part"
    assert len(merge([[work(title=f"{long} 1")], [work(title=f"{long} 2")]], query="")) == 2


def test_works_without_text_are_not_offered() -> None:
    assert merge([[work(text="")]], query="lights") == []


def test_text_of_one_service_serves_the_entry_of_another() -> None:
    found = merge([[work(text="", doi="10.1/a", kind="article-journal")], [work(doi="10.1/a")]], query="lights")
    assert [(one.text, one.kind) for one in found] == [(ABSTRACT, "article-journal")]


def test_what_several_services_find_comes_first() -> None:
    lists = [[work(title=f"Alone {name}", doi=f"10.1/{name}"), work(doi="10.1/all")] for name in "abc"]
    assert merge(lists, query="")[0].doi == "10.1/all"


@pytest.mark.parametrize("module", [openalex, crossref, semantic_scholar, tavily, perplexity])
@pytest.mark.parametrize(
    "payload",
    [None, [], "text", 7, {}, {"results": None, "message": 3, "data": {}}, {"results": [3, None, {}], "data": [[]]},
     {"results": [{"title": 3, "url": []}], "data": [{"title": {}}], "message": {"items": [{"title": "x"}]}},
     {"results": [{"title": "x", "url": "javascript:alert(1)", "authorships": 3, "biblio": [], "content": {},
                   "abstract_inverted_index": {"a": "b"}}]}],
)  # fmt: skip
def test_no_answer_breaks_the_reading_of_it(module: ModuleType, payload: object) -> None:
    for found in module.parse(payload):
        assert not found.url.startswith("javascript")


def test_markup_in_answers_is_taken_out() -> None:
    item = {
        "title": ["On <i>things</i> &amp; more"],
        "abstract": "<jats:p>We <b>show</b> it.</jats:p>",
        "DOI": "10.1000/X",
    }
    found = crossref.parse({"message": {"items": [item]}})[0]
    assert (found.title, found.text, found.doi) == ("On things & more", "We show it.", "10.1000/x")


# --- retracted works -------------------------------------------------------------------------------------------


def from_openalex(**values: object) -> FoundWork:
    item = {"title": "On the Keeping of Lights", "doi": "https://doi.org/10.1000/lights"} | values
    (found,) = openalex.parse({"results": [item]})
    return replace(found, text=ABSTRACT)


def from_crossref(**values: object) -> FoundWork:
    item = {"title": ["On the Keeping of Lights"], "DOI": "10.1000/lights"} | values
    (found,) = crossref.parse({"message": {"items": [item]}})
    return replace(found, text=ABSTRACT)


UPDATED = {
    "updated-by": [
        {"type": "retraction", "DOI": "10.1000/lights.r", "source": "publisher"},
        {"type": "retraction", "DOI": "10.1000/lights.r", "source": "retraction-watch"},
    ]
}


@pytest.mark.parametrize(
    "retracted",
    [
        from_openalex(is_retracted=True),
        from_crossref(**UPDATED),
        from_crossref(**{"updated-by": [{"type": "removal", "DOI": "10.1000/x"}]}),
        from_crossref(**{"updated-by": [{"type": "withdrawal"}]}),
        from_crossref(title=["RETRACTED: On the Keeping of Lights"]),
        from_crossref(title=["Retracted article: On the Keeping of Lights"], DOI="10.1000/lights"),
        from_crossref(title=["On the Keeping of Lights (Retracted article. See vol. 12, pg 3, 2020)"]),
        from_openalex(title="Zurückgezogen: On the Keeping of Lights", doi=None),
        from_crossref(title=["Retraction notice to: On the Keeping of Lights [J. L. 12 (2019) 3-9]"], DOI="10.1000/n"),
        from_crossref(title=["Corrigendum"], DOI="10.1000/n", **{"update-to": [{"type": "retraction",
     "DOI": "10.1000/LIGHTS"}]}),
        from_openalex(type="retraction", doi="https://doi.org/10.1000/n"),
    ],
    ids=lambda work: f"{work.services[0]} {work.title[:30]} {work.doi}",
)  # fmt: skip
@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_services_word_takes_a_work_back_even_if_others_bring_it(retracted: FoundWork, at: int) -> None:
    lists = [[from_crossref()], [work(doi="10.1000/lights", services=("semantic_scholar",))]]
    lists.insert(at, [retracted])
    assert merge(lists, query="lights") == []


def test_the_notice_is_not_offered_either_and_other_works_stay() -> None:
    notice = from_crossref(
        title=["Notice of Retraction"],
        DOI="10.1000/n",
        **{"update-to": [{"type": "retraction", "DOI": "10.1000/gone"}]},
    )
    other = from_crossref(title=["On the keeping of ships"], DOI="10.1000/ships")
    assert [found.doi for found in merge([[notice, other]], query="")] == ["10.1000/ships"]


def test_corrections_and_concerns_stay_with_their_work_each_once() -> None:
    updates = [{"type": kind, "DOI": f"10.1000/{kind}", "source": source} for kind in ("correction",
     "expression_of_concern")
               for source in ("publisher", "retraction-watch")]  # fmt: skip
    (found,) = merge([[from_crossref(**{"updated-by": updates})], [from_openalex()]], query="lights")
    assert found.notices == (
        ("correction", "10.1000/correction"),
        ("expression_of_concern", "10.1000/expression_of_concern"),
    )


@pytest.mark.parametrize(
    "title",
    ["Retraction of the eyelid in Graves' disease", "Withdrawal symptoms among keepers",
     "Removed from the land: a study",
     "The retracted lung: an atlas", "Withdrawn behaviour in children", "Removal of lead from paint",
     "Retracted or not? How papers are read afterwards", "Retirado del mundo", "Withdrawals, deposits and trust"],
)  # fmt: skip
def test_titles_that_only_sound_so_are_left_alone(title: str) -> None:
    said = by_title(title)
    assert (said.title, said.is_retracted, said.is_notice) == (title, False, False)


@pytest.mark.parametrize(
    "title",
    ["RETRACTED: On rocks", "[RETRACTED] On rocks", "Retracted: On rocks", "Withdrawn: On rocks",
     "WITHDRAWN - On rocks",
     "Article retracted: On rocks", "RETRACTED ARTICLE: On rocks", "Retracted Chapter: On rocks",
     "TEMPORARY REMOVAL: On rocks",
     "Zurückgezogen: On rocks", "Article rétracté : On rocks", "Artículo retractado: On rocks",
     "Articolo ritirato: On rocks",
     "Artigo retratado: On rocks", "Ingetrokken: On rocks", "Artykuł wycofany: On rocks", "Staženo: On rocks",
     "Articol retras: On rocks", "On rocks (retracted)", "On rocks [Retracted]",
     "On rocks (This article has been retracted)"],
)  # fmt: skip
def test_titles_of_retracted_works_in_all_our_languages(title: str) -> None:
    said = by_title(title)
    assert (said.title, said.is_retracted) == ("On rocks", True)


@pytest.mark.parametrize(
    "title",
    ["Retraction: On rocks", "Retraction notice to “On rocks” [J. Rocks 12 (2019) 3]", "Notice of retraction: On rocks",
     "Retraction Note: On rocks", "Retraction note to: On rocks", "Statement of Retraction: On rocks",
     "Retraction to: On rocks",
     "Withdrawal notice: On rocks", "Rücknahme: On rocks", "Avis de rétractation : On rocks", "Retractación: On rocks",
     "Avviso di ritrattazione: On rocks", "Retratação: On rocks", "Intrekking: On rocks",
     "Informacja o wycofaniu artykułu: On rocks",
     "Oznámení o stažení článku: On rocks", "Notă de retragere: On rocks"],
)  # fmt: skip
def test_notices_in_all_our_languages_name_their_work(title: str) -> None:
    said = by_title(title)
    assert (said.title, said.is_notice) == ("On rocks", True)


@pytest.mark.parametrize(
    "title",
    ["RETRACTED On rocks", "**RETRACTED** On rocks", "**Retracted** On rocks", "_Retracted_ On rocks",
     "Retracted, On rocks", "Retracted. On rocks", "RETRACTED—On rocks", "RETRACTED ARTICLE On rocks",
     "WITHDRAWN On rocks", "WITHDRAWN, On rocks", "【RETRACTED】On rocks", "［Retracted］ On rocks",
     "ZURÜCKGEZOGEN On rocks", "RÉTRACTÉ On rocks", "Articolo ritrattato, On rocks", "STAŽENO On rocks",
     "On rocks RETRACTED", "On rocks – RETRACTED", "On rocks, WITHDRAWN"],
)  # fmt: skip
def test_titles_that_say_it_without_a_colon(title: str) -> None:
    said = by_title(title)
    assert (said.title, said.is_retracted) == ("On rocks", True)


@pytest.mark.parametrize(
    "title",
    ["Retracted potential method in wells", "Withdrawn workers and the city", "Removed, Replaced and Forgotten",
     "WITHDRAWN WORKERS AND THE CITY", "RETRACTED POTENTIAL METHOD IN WELLS",
     "Retracted, reviled and read again", "Withdrawn, Isolated and Alone",
     "REMOVED by force: letters", "How papers are retracted", "Why they were WITHDRAWN from us",
     "Retirado, Cansado y Solo", "THE RETRACTED"],
)  # fmt: skip
def test_ordinary_titles_that_begin_with_such_a_word_stand(title: str) -> None:
    said = by_title(title)
    assert (said.title, said.is_retracted, said.is_notice) == (title, False, False)


@pytest.mark.parametrize("title", ["RETRACTED", "Retracted article", "[Retracted]", "RETRACTED On DNA"])
def test_no_more_than_the_word_is_enough(title: str) -> None:
    assert by_title(title).is_retracted


@pytest.mark.parametrize(
    "title",
    ["Erratum: On rocks", "Correction to: On rocks", "Publisher Correction: On rocks", "Author correction: On rocks",
     "Corrigendum to “On rocks” [J. Rocks 12 (2019) 3]", "Erratum", "Correction", "Berichtigung zu: On rocks",
     "Errata corrige: On rocks"],
)  # fmt: skip
def test_notices_of_corrections_are_no_works_and_take_nothing_back(title: str) -> None:
    said = by_title(title)
    assert (said.is_notice, said.takes_back, said.is_retracted) == (True, False, False)


@pytest.mark.parametrize("title", ["Correction and control: prisons at sea", "Corrections: a history", "Errors of old"])
def test_works_on_corrections_are_works(title: str) -> None:
    assert not by_title(title).is_notice


@pytest.mark.parametrize(
    "correction",
    [
        from_crossref(DOI="10.1000/n", **{"update-to": [{"type": "correction", "DOI": "10.1000/lights"}]}),
        from_crossref(DOI="10.1000/n", **{"update-to": [{"type": "expression_of_concern", "DOI": "10.1000/lights"}]}),
        from_openalex(type="erratum", doi="https://doi.org/10.1000/n"),
        from_crossref(title=["Erratum: On the Keeping of Lights"], DOI="10.1000/n"),
    ],
    ids=lambda work: f"{work.services[0]} {work.title[:12]} {work.doi}",
)
def test_a_correction_is_not_offered_and_its_work_stands(correction: FoundWork) -> None:
    assert not correction.is_citable
    found = merge([[correction], [from_crossref()]], query="lights")
    assert [one.doi for one in found] == ["10.1000/lights"]


def test_a_work_that_updates_itself_is_that_work() -> None:
    mended = from_crossref(**{"update-to": [{"type": "correction", "DOI": "10.1000/LIGHTS"}]})
    assert (mended.is_citable, mended.notices) == (True, (("correction", "10.1000/lights"),))
    gone = from_crossref(**{"update-to": [{"type": "withdrawal", "DOI": "10.1000/LIGHTS"}]})
    assert (gone.is_retracted, gone.is_notice) == (True, False)


async def test_what_one_query_takes_back_comes_by_no_other(sandbox: Running) -> None:
    sandbox.control.fault("openalex", "retracted", path="search=lamps")
    alone = await sources.search(["lamps"], language="en")
    gone = sandbox.control.calls("openalex")
    assert gone
    sandbox.control.clear_faults()
    before = await search_services("lamps", services=configured(settings.SOURCE_SERVICES))
    (missing,) = {found.doi for found in before.works} - {found.doi for found in alone}
    for _ in range(2):  # asked, then remembered
        found = await sources.search(["lamps", "lamps and lenses"], language="en")
        assert missing not in {one.doi for one in found}


@pytest.mark.parametrize("service", ["openalex", "crossref"])
async def test_a_retraction_on_the_wire_is_read(sandbox: Running, service: str) -> None:
    whole = await search_services("lamps", services=configured(settings.SOURCE_SERVICES))
    sandbox.control.fault(service, "retracted")
    left = await search_services("lamps", services=configured(settings.SOURCE_SERVICES))
    assert len({one.doi for one in whole.works} - {one.doi for one in left.works}) == 1
    assert not any("retraction" in one.title.lower() for one in left.works)


# --- DOIs and titles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2", "10.1175/1520-0477(1997)078<2771:tdoeno>2.0.co;2"),
        ("https://doi.org/10.1175/1520-0477(1997)078%3C2771:TDOENO%3E2.0.CO;2",
     "10.1175/1520-0477(1997)078<2771:tdoeno>2.0.co;2"),
        ("10.1175/1520-0477(1997)078&lt;1069:APICOW&gt;2.0.CO;2", "10.1175/1520-0477(1997)078<1069:apicow>2.0.co;2"),
        ("10.1061/(ASCE)0733-9445(2008)134:9(1494)", "10.1061/(asce)0733-9445(2008)134:9(1494)"),
        ("(see 10.1000/abc)", "10.1000/abc"), ("<10.1000/abc>", "10.1000/abc"), ("doi:10.1000/abc.", "10.1000/abc"),
        ("<a href='x'>10.1000/abc</a>", "10.1000/abc"), ("[10.1000/ab(c)],", "10.1000/ab(c)"), ("no doi",
     ""), (None, ""),
    ],
)  # fmt: skip
def test_a_doi_is_read_whole(said: object, found: str) -> None:
    assert doi(said) == found


def test_two_works_with_sici_dois_stay_two() -> None:
    items = [
        {"title": [name], "DOI": said, "abstract": ABSTRACT}
        for name, said in (("The definition of El Niño", "10.1175/1520-0477(1997)078<2771:TDOENO>2.0.CO;2"),
                           ("A practical guide to wavelet analysis", "10.1175/1520-0477(1997)078<1069:APICOW>2.0.CO;2"))
    ]  # fmt: skip
    assert len(merge([crossref.parse({"message": {"items": items}})], query="")) == 2


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Storage of CO<sub>2</sub> in <i>E. coli</i>: a study", "Storage of CO<sub>2</sub> in E. coli: a study"),
        ("10<sup>-3</sup> &amp; more", "10<sup>-3</sup> & more"), ("CO&lt;sub&gt;2&lt;/sub&gt; here",
     "CO<sub>2</sub> here"),
        ("Broken CO<sub>2 here", "Broken CO2 here"), ("Line<br/>break", "Line break"),
        ("<jats:italic>E.</jats:italic> coli", "E. coli"), ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)  # fmt: skip
def test_titles_keep_lowered_and_raised_letters(said: str, kept: str) -> None:
    assert title(said) == kept


@pytest.mark.parametrize(
    ("kind", "version", "reviewed"),
    [
        ("journal", "publishedVersion", True),
        ("journal", "acceptedVersion", True),
        ("repository", "submittedVersion", False),
        ("repository", "publishedVersion", None),
        ("journal", None, None),
    ],
)
def test_of_openalex_it_is_known_what_was_reviewed_and_what_is_free(
    kind: str, version: str | None, reviewed: bool | None
) -> None:
    location = {"version": version, "source": {"type": kind}}
    said = {"title": "Light", "primary_location": location, "open_access": {"is_oa": kind == "journal"}}
    work = openalex.parse_one(said)
    assert work is not None
    assert (work.is_peer_reviewed, work.is_open_access) == (reviewed, kind == "journal")
    bare = openalex.parse_one({"title": "Light"})
    assert bare is not None
    assert (bare.is_peer_reviewed, bare.is_open_access) == (None, None)
