"""What the holder of a link sees and may do without an account (R-94)."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from documents.domain.comments import links, saying
from documents.models import Comment, Document, ReviewLink, Section
from tests.documents.comments.making import HTML, LAMP, WHY, named, open_link, said
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    """A browser in which nobody is signed in, as strict about forms as a real one."""
    return Client(enforce_csrf_checks=True)


def page_of(token: str) -> str:
    return reverse("documents:shared", args=[token])


def form_of(token: str, section: Section, block: int = 0, **more: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"section": section.pk, "block": block, **more}.items())
    return f"{reverse('documents:shared-comment', args=[token])}?{query}"


def send(visitor: Client, address: str, **typed: str) -> Any:
    page = visitor.get(address)
    token = visitor.cookies["csrftoken"].value if "csrftoken" in visitor.cookies else ""
    csrf = lxml.html.fromstring(page.content).xpath("//main//input[@name='csrfmiddlewaretoken']/@value")
    return visitor.post(address, {"csrfmiddlewaretoken": csrf[0] if csrf else token, **typed})


def test_text_is_read_without_an_account_and_nothing_else_is_shown(
    visitor: Client, document: Document, token: str
) -> None:
    answer = visitor.get(page_of(token))
    page = words(answer)
    assert answer.status_code == 200
    assert "Nobody knows why it went out so early." in page
    assert "Ada Lovelace opened this text to you until" in page
    assert "For Prof. Ellingsen" in page
    assert document.owner.email not in page
    for address in ("documents:read", "documents:take_away", "generation:edit", "billing:price"):
        arguments = [document.pk, uuid4()] if address == "generation:edit" else [document.pk]
        assert reverse(address, args=arguments)[:50] not in page
    assert str(document.pk) not in page
    assert "sessionid" not in visitor.cookies


def test_page_is_kept_from_search_engines_caches_and_other_sites(visitor: Client, token: str) -> None:
    answer = visitor.get(page_of(token))
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


def test_unknown_revoked_and_old_links_are_answered_alike(visitor: Client, document: Document) -> None:
    revoked, revoked_token = open_link(document)
    links.revoke(document=document, link_id=revoked.pk, by=document.owner, now=timezone.now())
    old, old_token = open_link(document)
    past = timezone.now() - timedelta(days=8)
    ReviewLink.objects.filter(pk=old.pk).update(created_at=past, expires_at=timezone.now())
    answers = [visitor.get(page_of(token)) for token in (revoked_token, old_token, "no-such-token")]
    assert [answer.status_code for answer in answers] == [404] * 3
    bodies = {lxml.html.fromstring(answer.content).xpath("string(//main)").split("\n")[0] for answer in answers}
    assert len(bodies) == 1
    assert visitor.get(form_of(revoked_token, document.sections.all()[0])).status_code == 404


def test_guessing_is_limited(visitor: Client, token: str, settings: Settings) -> None:
    settings.REVIEW_REQUESTS_PER_MINUTE = 2
    for _ in range(2):
        assert visitor.get(page_of("no-such-token")).status_code == 404
    answer = visitor.get(page_of(token))
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)


def test_each_paragraph_leads_to_its_sentences(visitor: Client, section: Section, token: str) -> None:
    page = lxml.html.fromstring(visitor.get(page_of(token)).content)
    found = page.xpath("//a[contains(@class, 'say ')]")
    assert [parse_qs(urlsplit(one.get("href")).query)["block"][0] for one in found] == ["0", "1", "2", "3", "4"]
    form = lxml.html.fromstring(visitor.get(f"{found[0].get('href')}").content)
    labels = [" ".join(one.text_content().split()) for one in form.xpath("//input[@type='radio']/..")]
    assert labels == [LAMP, WHY]
    assert form.xpath("//input[@type='radio' and @checked]") == []
    only = lxml.html.fromstring(visitor.get(found[1].get("href")).content)
    assert len(only.xpath("//input[@type='radio' and @checked]")) == 1


def test_click_chooses_the_sentence_that_it_was_in(visitor: Client, section: Section, token: str) -> None:
    for at, sentence in ((3, LAMP), (60, WHY), (len(LAMP) + 1, WHY)):
        form = lxml.html.fromstring(visitor.get(form_of(token, section, at=at)).content)
        assert form.xpath("//input[@checked]/@value") == [named(section, sentence)]
    assert "checked" not in visitor.get(form_of(token, section, at=9999)).content.decode()


def test_comment_is_made_and_its_name_typed_once(
    visitor: Client, document: Document, section: Section, token: str
) -> None:
    typed = {"sentence": named(section, WHY), "text": "Since <b>when</b>?\nSay it.", "name": "Mara Ellingsen"}
    answer = send(visitor, form_of(token, section), **typed)
    made = Comment.objects.get()
    assert answer.headers["Location"] == f"{page_of(token)}#comment-{made.pk}"
    assert (made.author, made.sentence, made.occurrence, made.revision, made.section) == (
        "Mara Ellingsen", WHY, 0, 3, section,
    )  # fmt: skip
    page = visitor.get(page_of(token)).content.decode()
    assert "Since &lt;b&gt;when&lt;/b&gt;?<br>Say it." in page
    assert f'<mark class="said" id="said-{made.pk}">{WHY}</mark>' in page
    cookie = visitor.cookies["review_name"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (page_of(token), True, "Lax")
    assert 'value="Mara Ellingsen"' in visitor.get(form_of(token, section, block=1)).content.decode()
    visitor.cookies["review_name"] = "Somebody"
    assert "Somebody" not in visitor.get(form_of(token, section)).content.decode()


def test_form_without_its_token_is_refused(visitor: Client, section: Section, token: str) -> None:
    typed = {"sentence": named(section, WHY), "text": "?", "name": "M"}
    assert visitor.post(form_of(token, section), typed).status_code == 403


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"text": ""}, "This field is required."),
        ({"text": "x" * 2_001}, "at most 2000 characters"),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"sentence": ""}, "Choose a sentence."),
        ({"sentence": "another"}, "This sentence was changed meanwhile."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_lost(
    visitor: Client, section: Section, token: str, typed: dict[str, str], why: str
) -> None:
    whole = {"sentence": named(section, WHY), "text": "A remark of mine.", "name": "Mara", **typed}
    answer = send(visitor, form_of(token, section), **whole)
    assert answer.status_code == 422
    assert why in words(answer)
    assert whole["text"] in answer.content.decode()
    assert not Comment.objects.exists()


def test_sentence_that_changes_while_it_is_commented_on_is_told(
    visitor: Client, section: Section, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"sentence": named(section, WHY), "text": "A remark of mine.", "name": "Mara"}
    add = saying.add

    def late(**values: Any) -> Comment:
        values["section"].html = "<p>Another text.</p>"
        return add(**values)

    monkeypatch.setattr("documents.domain.comments.saying.add", late)
    answer = send(visitor, form_of(token, section), **typed)
    assert (answer.status_code, "A remark of mine." in words(answer)) == (422, True)
    assert "This sentence was changed meanwhile." in words(answer)


def test_link_that_is_revoked_while_a_comment_is_typed_takes_it_not(
    visitor: Client, document: Document, link: ReviewLink, section: Section, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"sentence": named(section, WHY), "text": "A remark of mine.", "name": "Mara"}
    add = saying.add

    def late(**values: Any) -> Comment:
        links.revoke(document=document, link_id=link.pk, by=document.owner, now=timezone.now())
        return add(**values)

    monkeypatch.setattr("documents.domain.comments.saying.add", late)
    assert send(visitor, form_of(token, section), **typed).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("query", ["", "?section=x&block=0", "?section={}&block=x", "?section={other}&block=0"])
def test_paragraph_that_is_none_is_not_there(visitor: Client, section: Section, token: str, query: str) -> None:
    address = reverse("documents:shared-comment", args=[token])
    query = query.replace("{}", str(section.pk)).replace("{other}", str(uuid4()))
    assert visitor.get(address + query).status_code == 404


def test_comments_are_limited_by_link_and_document(
    visitor: Client, link: ReviewLink, section: Section, token: str, settings: Settings
) -> None:
    typed = {"sentence": named(section, WHY), "text": "A remark of mine.", "name": "Mara"}
    settings.COMMENTS_PER_LINK_AND_DAY = 1
    said(link)
    answer = send(visitor, form_of(token, section), **typed)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert "A remark of mine." in words(answer)
    settings.COMMENTS_PER_LINK_AND_DAY = 5
    settings.COMMENTS_PER_DOCUMENT = 1
    answer = send(visitor, form_of(token, section), **typed)
    assert (answer.status_code, "as many comments as it may have" in words(answer)) == (409, True)


def test_same_comment_sent_twice_is_one(link: ReviewLink) -> None:
    assert said(link) == said(link, minutes=3)
    assert said(link, text="Another?") != said(link, occurrence=1)
    assert Comment.objects.count() == 3


def test_holders_of_other_links_see_none_of_it(
    visitor: Client, document: Document, link: ReviewLink, token: str
) -> None:
    said(link, text="Only for you.")
    assert "Only for you." in words(visitor.get(page_of(token)))
    assert "Only for you." not in words(visitor.get(page_of(open_link(document)[1])))


def test_supervisor_sees_answers_and_what_was_accepted(visitor: Client, link: ReviewLink, token: str) -> None:
    comment = said(link)
    now = timezone.now()
    saying.answer(comment=comment, text="Since 1890.", by=link.document.owner, now=now)
    saying.mark(comment=comment, is_done=True, now=now)
    page = words(visitor.get(page_of(token)))
    assert "Since 1890." in page
    assert "accepted" in page
    assert "Take up again" not in page


def test_comment_on_a_changed_sentence_stays_and_says_so(
    visitor: Client, link: ReviewLink, section: Section, token: str
) -> None:
    said(link)
    Section.objects.filter(pk=section.pk).update(html=HTML.replace("early", "late"))
    page = words(visitor.get(page_of(token)))
    assert "The sentence was changed since. It was about:" in page
    assert f">{WHY}</q>" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_comments(
    visitor: Client, link: ReviewLink, token: str, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        comment = said(link, text=f"Remark {number}")
        saying.answer(comment=comment, text="So.", by=link.document.owner, now=timezone.now())
    visitor.get(page_of(token))
    # The link, citations, sections, comments, answers, the title page.
    with django_assert_num_queries(6):
        visitor.get(page_of(token))
