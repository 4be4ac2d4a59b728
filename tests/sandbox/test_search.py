"""The search services answer in their own formats, the same for the same words."""

from typing import Any

import httpx
import pytest

from sandbox.testing import Running


def get(sandbox: Running, service: str, path: str, **params: Any) -> httpx.Response:
    return httpx.get(f"{sandbox.urls[service]}{path}", params=params, trust_env=False)


def test_openalex(sandbox: Running) -> None:
    answer = get(sandbox, "OPENALEX_URL", "/works", search="soil erosion in vineyards", **{"per-page": 5}).json()
    assert len(answer["results"]) == 5
    work = answer["results"][0]
    words = {place: word for word, places in work["abstract_inverted_index"].items() for place in places}
    abstract = " ".join(words[place] for place in sorted(words))
    assert "soil erosion" in abstract.lower()
    assert "sandbox" in abstract.lower()
    assert work["doi"].startswith("https://doi.org/10.5555/")
    assert work["authorships"][0]["author"]["display_name"] == "A. Sandbox"
    again = get(sandbox, "OPENALEX_URL", "/works", search="soil erosion in vineyards", **{"per-page": 5}).json()
    assert again == answer


def test_crossref_knows_the_works_it_listed_by_doi(sandbox: Running) -> None:
    message = get(sandbox, "CROSSREF_URL", "/works", query="river deltas", rows=3).json()["message"]
    assert len(message["items"]) == 3
    doi = message["items"][1]["DOI"]
    work = get(sandbox, "CROSSREF_URL", f"/works/{doi}").json()["message"]
    assert work["title"] == message["items"][1]["title"]
    assert work["author"][0]["family"] == "Sandbox"
    assert work["issued"]["date-parts"][0][0] > 2000
    assert get(sandbox, "CROSSREF_URL", "/works/10.1000/no-such-work").status_code == 404


def test_the_services_know_the_same_works(sandbox: Running) -> None:
    dois = {
        item["DOI"] for item in get(sandbox, "CROSSREF_URL", "/works", query="river deltas").json()["message"]["items"]
    }
    found = get(
        sandbox,
        "SEMANTIC_SCHOLAR_URL",
        "/graph/v1/paper/search",
        query="river deltas",
        limit=5,
        fields="title,year,externalIds,authors.name",
    )
    papers = found.json()["data"]
    assert {paper["externalIds"]["DOI"] for paper in papers} <= dois
    assert set(papers[0]) == {"paperId", "title", "year", "externalIds", "authors"}
    assert get(sandbox, "SEMANTIC_SCHOLAR_URL", "/graph/v1/paper/search").status_code == 400


def test_tavily_and_perplexity_want_a_key(sandbox: Running) -> None:
    headers = {"Authorization": "Bearer tvly-1"}
    body = {"query": "river deltas", "max_results": 3}
    answer = httpx.post(f"{sandbox.urls['TAVILY_URL']}/search", json=body, headers=headers, trust_env=False).json()
    assert [set(one) >= {"title", "url", "content", "score"} for one in answer["results"]] == [True] * 3
    chat = {"model": "sonar", "messages": [{"role": "user", "content": "river deltas"}]}
    answer = httpx.post(
        f"{sandbox.urls['PERPLEXITY_URL']}/chat/completions", json=chat, headers=headers, trust_env=False
    ).json()
    assert answer["search_results"][0]["url"] in answer["citations"]
    assert answer["choices"][0]["message"]["content"]
    for url in (f"{sandbox.urls['TAVILY_URL']}/search", f"{sandbox.urls['PERPLEXITY_URL']}/chat/completions"):
        assert (
            httpx.post(url, json=body, headers={"Authorization": "Bearer refused"}, trust_env=False).status_code == 401
        )


def test_one_service_can_fail_while_the_others_answer(sandbox: Running) -> None:
    sandbox.control.fault("crossref", "503")
    sandbox.control.fault("openalex", "malformed_body")
    assert get(sandbox, "CROSSREF_URL", "/works", query="a").status_code == 503
    with pytest.raises(ValueError):
        get(sandbox, "OPENALEX_URL", "/works", search="a").json()
    assert get(sandbox, "SEMANTIC_SCHOLAR_URL", "/graph/v1/paper/search", query="a").status_code == 200


# --- single works ------------------------------------------------------------------------------------------------


def test_each_register_knows_its_own_dois_and_openalex_all_of_them(sandbox: Running) -> None:
    preprint = get(sandbox, "DATACITE_URL", "/dois/10.48550%2FarXiv.2301.00001")
    assert preprint.headers["content-type"].startswith("application/vnd.api+json")
    said = preprint.json()["data"]["attributes"]
    assert (said["publisher"], said["types"]["resourceTypeGeneral"]) == ("arXiv", "Preprint")
    assert said["url"] == "https://arxiv.org/abs/2301.00001"
    unknown = get(sandbox, "DATACITE_URL", "/dois/10.5555%2Fsandbox.lamps")
    assert (unknown.status_code, unknown.json()["errors"][0]["status"]) == (404, "404")
    assert get(sandbox, "CROSSREF_URL", "/works/10.48550%2FarXiv.2301.00001").status_code == 404
    whole = get(sandbox, "OPENALEX_URL", "/works/doi:10.48550/arXiv.2301.00001").json()
    assert whole["title"] == said["titles"][0]["title"]


def test_openalex_knows_pubmed_ids_and_refuses_what_looks_like_a_list(sandbox: Running) -> None:
    assert get(sandbox, "OPENALEX_URL", "/works/pmid:123").json()["doi"].endswith("sandbox.pubmed.123")
    assert get(sandbox, "OPENALEX_URL", "/works/pmcid:PMC9900").status_code == 404
    assert get(sandbox, "OPENALEX_URL", "/works/doi:10.5555/a,b").status_code == 403


def test_crossref_lists_a_chapter_before_the_book_of_a_number(sandbox: Running) -> None:
    found = get(sandbox, "CROSSREF_URL", "/works", filter="isbn:9783161484100").json()["message"]["items"]
    assert [one["type"] for one in found] == ["book-chapter", "monograph"]
    nobodys = get(sandbox, "CROSSREF_URL", "/works", filter="isbn:9790000000001").json()
    assert nobodys["message"]["items"] == []


def test_a_free_copy_is_a_file_on_order_and_often_none(sandbox: Running) -> None:
    works = get(sandbox, "OPENALEX_URL", "/works", search="river deltas").json()["results"]
    said = {bool(one["best_oa_location"]) for one in works}
    assert said == {True, False}
    sandbox.control.fault("openalex", "open_access")
    one = get(sandbox, "OPENALEX_URL", "/works/doi:10.5555/sandbox.lamps").json()
    file = httpx.get(one["best_oa_location"]["pdf_url"], trust_env=False)
    assert file.content.startswith(b"%PDF-")
    sandbox.control.fault("papers", "html")
    assert httpx.get(one["best_oa_location"]["pdf_url"], trust_env=False).content.startswith(b"<!doctype")


def test_datacite_counts_five_minutes_where_it_is_strict(sandbox: Running) -> None:
    sandbox.control.settings(strict_search=True)
    answers = [get(sandbox, "DATACITE_URL", "/dois/10.5281%2Fzenodo.1").status_code for _ in range(501)]
    assert answers.count(429) == 1
    assert get(sandbox, "DATACITE_URL", "/dois/10.5281%2Fzenodo.1", mailto="a@example.org").status_code == 200
