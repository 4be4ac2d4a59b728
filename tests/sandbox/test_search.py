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
