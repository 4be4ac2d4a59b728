"""A document as the holder of a link reads it, without an account, and says something about it (R-94)."""

from collections.abc import Callable
from functools import wraps
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import lxml.html
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import QuotaReached
from documents.comment_forms import CommentForm
from documents.domain.citations import cards, cited_sources
from documents.domain.comments import links, placing, saying
from documents.domain.comments.placing import Addition
from documents.domain.comments.sentences import Block, Sentence, Text
from documents.domain.queries import sections_in_order
from documents.errors import CommentRefused, NoSuchLink, SentenceGone
from documents.models import Document, ReviewLink, Section
from tesigo.platform import come_back, rate_limits
from tesigo.platform.client import client_ip, counted_address

_NAME_COOKIE: Final = "review_name"
#: Of a paragraph, in the words of the link at its end that only a screen reader says.
_FIRST_CHARACTERS: Final = 60
_View = Callable[[HttpRequest, ReviewLink, str], HttpResponse]


def _by_link(view: _View) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view of who holds a link. An unknown, an old and a revoked one are answered alike: there is no such page."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        caller = counted_address(client_ip(request)) or "-"
        asked = rate_limits.check("review-link", caller, limit=settings.REVIEW_REQUESTS_PER_MINUTE, seconds=60)
        if not asked.allowed:
            return _secretive(come_back.later(request, wait=asked.retry_after))
        try:
            link = links.by_token(token, now=timezone.now())
        except NoSuchLink:
            raise Http404 from None
        return _secretive(view(request, link, token))

    return opened


def _secretive(response: HttpResponse) -> HttpResponse:
    """The address holds a token: no other site sees it, and no search engine keeps the page."""
    # No Referer at all would break the CSRF check.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@require_safe
@_by_link
def read(request: HttpRequest, link: ReviewLink, token: str) -> HttpResponse:
    """The text, its sources and what each citation rests on; what was said with this link beside it."""
    document = link.document
    found = cards(document)
    sections = sections_in_order(document)
    said = placing.by_section(saying.of_link(link))
    context = {
        "document": document,
        "link": link,
        "sections": sections,
        "commented": placing.beside(sections, said, addition=lambda section: _way_to_say(document, section, token)),
        "cards": found,
        "sources": cited_sources(found),
        "elsewhere": said.get(None, []),
    }
    return render(request, "documents/shared/read.html", context)


@require_http_methods(["GET", "POST"])
@_by_link
def comment(request: HttpRequest, link: ReviewLink, token: str) -> HttpResponse:
    """A paragraph's sentences to choose from, and a field for what is said of it."""
    section, sentences = _sentences(request, link.document)
    known = _name(request)
    if request.method == "POST":
        form = CommentForm(request.POST, sentences=sentences)
        if form.is_valid():
            return _say(request, link, token, section, form)
        return _form(request, link, section, form, status=422)
    chosen = _chosen(request, sentences)
    initial = {"name": known, "sentence": chosen.name if chosen else ""}
    return _form(request, link, section, CommentForm(sentences=sentences, initial=initial))


def _say(request: HttpRequest, link: ReviewLink, token: str, section: Section, form: CommentForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        made = saying.add(
            link=link, section=section, sentence=said["sentence"], author=said["name"], text=said["text"],
            now=timezone.now(),
        )  # fmt: skip
    except NoSuchLink:
        raise Http404 from None
    except SentenceGone:
        form.add_error(
            "sentence", _("This sentence was changed meanwhile. Choose another one, or go back to the text.")
        )
        return _form(request, link, section, form, status=422)
    except CommentRefused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, link, section, form, status=409)
    except QuotaReached as error:
        form.add_error(None, str(error))
        return come_back.tell(_form(request, link, section, form, status=429), error.retry_after)
    page = reverse("documents:shared", args=[token])
    response = redirect(f"{page}#comment-{made.pk}")
    seconds = int((link.expires_at - timezone.now()).total_seconds())
    # Sent to this link's pages alone.
    response.set_cookie(
        _NAME_COOKIE, signing.dumps(said["name"], salt=_NAME_COOKIE), max_age=max(0, seconds), path=page,
        secure=settings.SITE_IS_HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _form(
    request: HttpRequest, link: ReviewLink, section: Section, form: CommentForm, *, status: int = 200
) -> HttpResponse:
    context = {"document": link.document, "link": link, "section": section, "form": form}
    return render(request, "documents/shared/comment.html", context, status=status)


def _sentences(request: HttpRequest, document: Document) -> tuple[Section, list[Sentence]]:
    """The section that an address names and the sentences of its paragraph. Raises Http404."""
    try:
        section = document.sections.filter(pk=UUID(request.GET.get("section", ""))).exclude(html="").first()
        number = int(request.GET.get("block", "")[:6])
    except ValueError:
        raise Http404 from None
    if section is None:
        raise Http404
    return section, Text(section.html).of_block(number)


def _chosen(request: HttpRequest, sentences: list[Sentence]) -> Sentence | None:
    """The sentence that was clicked on, by the place within the paragraph; the only one where there is one."""
    at = request.GET.get("at", "")[:6]
    if at.isascii() and at.isdigit():
        place = int(at)
        return next((one for one in sentences if place < one.end or (one == sentences[-1] and place == one.end)), None)
    return sentences[0] if len(sentences) == 1 else None


def _name(request: HttpRequest) -> str:
    try:
        return str(signing.loads(request.COOKIES.get(_NAME_COOKIE, ""), salt=_NAME_COOKIE))
    except signing.BadSignature:
        return ""


def _way_to_say(document: Document, section: Section, token: str) -> Addition:
    """A link at the end of each paragraph; for the script, the paragraph's number."""
    page = reverse("documents:shared-comment", args=[token])
    word, language = _("Comment"), translation.get_language() or settings.LANGUAGE_CODE

    def link_of(block: Block) -> lxml.html.HtmlElement:
        block.node.set("data-block", str(block.number))
        query = urlencode({"section": str(section.pk), "block": block.number})
        found = lxml.html.Element("a", {"class": "say no-print", "href": f"{page}?{query}", "lang": language})
        found.text = word
        about = lxml.html.Element("span", {"class": "visually-hidden", "lang": document.language})
        about.text = f": {' '.join(block.text.split())[:_FIRST_CHARACTERS]}"
        found.append(about)
        return found

    return link_of
