"""Signs that nobody sees come in through no form and reach no page."""

import importlib
import pkgutil
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpResponse, QueryDict
from django.test import Client, RequestFactory

from tesigo.platform.clean_pages import CleanPagesMiddleware
from tesigo.platform.forms import CleanText
from tesigo.platform.log_values import OURS
from tesigo.platform.paths import ROOT
from tesigo.platform.plain_text import INVISIBLE, clean_line, clean_lines, cleaned, is_seen, without_unseen
from tesigo.platform.read_only import ReadOnly

APPS = sorted(OURS - {"benchmarks"})
#: BEL, ESC, DEL, a C1 control, zero widths, joiners, marks of direction, overrides, isolates, a word joiner, a tag, a
#: variation selector, fillers, a soft hyphen, a mark at the start, interlinear marks, a surrogate, no character at all.
NASTY = (
    "\x00\x07\x1b\x7f\x9b\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u2060\U000e0041\ufe0f\u3164\u115f"
    "\u00ad\ufeff\ufff9\ud800\uffff\u061c\u034f\u180e\U0001d173\U0010ffff"
)


def modules() -> list[Any]:
    """Every module of ours that may hold a form."""
    found = []
    for app in APPS:
        package = importlib.import_module(app)
        for info in pkgutil.walk_packages(package.__path__, f"{app}."):
            if not re.search(r"\.(migrations|management|celery|asgi|settings|child)\b", info.name):
                found.append(importlib.import_module(info.name))
    return found


def our_forms() -> list[type[forms.BaseForm]]:
    """Every form class that is written in this project."""
    modules()
    found: list[type[forms.BaseForm]] = []
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.split(".")[0] in APPS and one.__module__ != "tesigo.platform.forms":
                found.append(one)
    loaded = {one for one in found if one.__module__ in sys.modules}
    # One order in every test process.
    return sorted(loaded, key=lambda one: (one.__module__, one.__qualname__))


def admin_forms() -> list[type[forms.BaseForm]]:
    """The form of every page of the administration that can be written on, and of every row below it."""
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_staff=True, is_active=True)
    found: list[type[forms.BaseForm]] = []
    for page in admin.site._registry.values():
        if not isinstance(page, ReadOnly):
            found.append(page.get_form(request))
            found += [
                inline.get_formset(request).form
                for inline in page.get_inline_instances(request)
                if not isinstance(inline, ReadOnly)
            ]
    return found


def complete_forms() -> set[Any]:
    """Those that can be made as they are: a form of a model gets its model, one of staff its person from its page,
    that of consents what is asked for."""
    found = {one for one in (*our_forms(), *admin_forms()) if not hasattr(one, "_meta") or one._meta.model}
    return {one for one in found if one.__module__ not in ("accounts.staff_forms", "privacy.forms")}


def text_fields(form: forms.BaseForm) -> list[str]:
    return [
        name
        for name, field in form.fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput)
    ]


# --- the words themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", list(NASTY), ids=lambda sign: f"U+{ord(sign):04X}")
def test_each_sign_goes_wherever_it_stands(sign: str) -> None:
    assert clean_line(f"{sign}On {sign}li{sign}ghts{sign}") == "On lights"
    assert clean_lines(f"a{sign}\tb\nc{sign}") == "a\tb\nc"
    assert clean_line(sign * 40) == clean_lines(sign * 40) == ""


@pytest.mark.parametrize("blank", ["", " ", "\u2800", "\xa0", "\u3000", "\u0301", "\u200b \u200b", "\t\r\n"])
def test_what_cannot_be_seen_is_nothing(blank: str) -> None:
    assert not is_seen(blank)
    assert clean_line(blank) == ""


@pytest.mark.parametrize(
    "text",
    ["Über die Größe, 10 °C", "„Žluťoučký kůň“", "Ăsta e în română: ș, ț", "¿Qué? El niño…", "L’été à Noël",
     "źdźbło, więc", "coração", "één", "x² + H₂O − 5 €", "道德經", "עברית", "emoji 🙂", "don't – do"],
)  # fmt: skip
def test_words_of_our_languages_stay_as_they_are(text: str) -> None:
    assert clean_line(text) == clean_lines(text) == text


#: With joiners where the scripts need them: two words would be one, or other letters be seen, without.
JOINED = {
    "Persian: I want": "می\u200cخواهم",
    "Persian: the books": "کتاب\u200cها",
    "Persian: a vowel sign between": "خانهٔ\u200cما",
    "Hindi: half ka": "क\u094d\u200dष",
    "Hindi: ka without its vowel": "क\u094d\u200cष",
    "Marathi: eyelash ra": "सुऱ\u094d\u200dया",
    "Malayalam: he, at the end of a word": "അവന\u0d4d\u200d",
    "Malayalam: within a word": "നന\u0d4d\u200dമ",
    "Sinhala: Sri Lanka": "ශ\u0dca\u200dරී ලංකා",
    "Bengali: ra before ya": "র\u200d\u09cdয\u09beব",
    "Kannada: ra before ka": "ರ\u200d\u0ccdಕ",
}


@pytest.mark.parametrize("word", JOINED.values(), ids=JOINED)
def test_a_joiner_stays_where_its_script_needs_it(word: str) -> None:
    word = unicodedata.normalize("NFC", word)
    assert without_unseen(word) == word
    assert clean_line(f"{word} and\u200b {word}") == f"{word} and {word}"
    assert clean_lines(f"\u202e{word}\n{word}") == f"{word}\n{word}"
    # What is typed twice is there once; what stands between does not take its place away.
    twice = word.replace("\u200c", "\u200c\u200c").replace("\u200d", "\u200d\u200b\u200d")
    assert without_unseen(twice) == word


@pytest.mark.parametrize(
    "word",
    [
        "ad\u200cmin", "ad\u200dmin", "\u200cمی", "می\u200c", "می\u200c خواهم", "کار\u200cی", "अ\u200dब",
        "क\u094d\u200c", "क\u094d\u200c ", "\u200d\u094d", "1\u200d\u094d", "👩\u200d👧", "日\u200c本",
        "\x07\u200cم", "م\u200d",
    ],
    ids=ascii,
)  # fmt: skip
def test_a_joiner_goes_where_nobody_sees_what_it_does(word: str) -> None:
    assert without_unseen(word) == INVISIBLE.sub("", word)


def test_a_name_with_a_joiner_goes_through_forms_pages_and_file_names_unchanged() -> None:
    from accounts.forms import ProfileForm
    from documents.uploads.names import display_name

    word = "می\u200cخواهم"
    form = ProfileForm({"name": word, "language": "en"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == word
    assert page(f"<p>{word}</p>").content.decode() == f"<p>{word}</p>"
    assert display_name(f"{word}.pdf") == f"{word}.pdf"


@pytest.mark.parametrize(
    "address", ["a@می\u200cخواهم.ir", "a@sri\u0dca\u200dlanka.example", "a\u200cb@example.org", "a@exam\u00adple.org"]
)
def test_an_address_holds_no_unseen_sign_even_where_a_script_has_a_place_for_it(address: str) -> None:
    """Without it, it reads as another's."""
    from accounts import addresses
    from accounts.errors import AddressRefused
    from accounts.forms import SignInForm

    with pytest.raises(AddressRefused):
        addresses.parse(address)
    assert "cannot be seen" in str(SignInForm({"email": address}).errors["email"])


def test_letters_are_composed_and_lines_kept_where_there_are_lines() -> None:
    assert clean_line("Cafe\u0301\r\n au  lait") == "Café au lait"
    assert clean_lines("one\r\ntwo\rthree\u2028four\n\n\tfive") == "one\ntwo\nthree\nfour\n\n\tfive"


def test_a_family_of_emoji_falls_into_its_members() -> None:
    assert clean_line("👩\u200d👧 and ❤\ufe0f") == "👩👧 and ❤"


def test_every_text_of_a_json_value_is_cleaned() -> None:
    value = {"title": "On\u202e lights", "author": [{"family": "Li\u200bnd"}], "issued": {"date-parts": [[2020]]}}
    assert cleaned(value) == {"title": "On lights", "author": [{"family": "Lind"}], "issued": {"date-parts": [[2020]]}}


def test_the_set_holds_every_control_and_format_sign_of_unicode() -> None:
    kept = {"\t", "\n", "\x0b", "\x0c", "\r", "\x1c", "\x1d", "\x1e", "\x1f", "\x85"}
    missed = [
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(sign := chr(code)) in {"Cc", "Cf", "Cs"}
        and sign not in kept
        and not INVISIBLE.fullmatch(sign)
        # Numbers and verses of other scripts are written with these, and they are seen.
        and unicodedata.name(sign, "").split()[0] not in {"ARABIC", "KAITHI", "SYRIAC", "EGYPTIAN"}
    ]
    assert missed == []


# --- every form --------------------------------------------------------------------------------------------------


def test_there_are_forms_to_look_at() -> None:
    names = {one.__name__ for one in our_forms()}
    assert names >= {"BriefForm", "SignInForm", "ProfileForm", "PayForm", "TermsForm", "RefundForm", "StaffSignInForm"}
    assert len(admin_forms()) >= 6


@pytest.mark.parametrize("form", our_forms(), ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_form_of_ours_cleans(form: type[forms.BaseForm]) -> None:
    assert issubclass(form, CleanText), "make it of tesigo.platform.forms"


def test_every_page_of_the_administration_cleans() -> None:
    assert [form for form in admin_forms() if not issubclass(form, CleanText)] == []


@pytest.mark.django_db
def test_nothing_unseen_passes_any_text_field() -> None:
    fields = 0
    unseen = NASTY
    for form in complete_forms():
        names = form.base_fields
        data = QueryDict(mutable=True)
        for name in names:
            data[name] = f"{unseen}Be{unseen}ll\r\ntwo{unseen}" if name != "password" else ""
        bound = form(data=data)
        bound.full_clean()
        for name in text_fields(bound):
            fields += 1
            shown = str(bound[name].value())
            assert "Be" in shown, (form, name)
            assert INVISIBLE.search(shown) is None, (form, name)
            value = getattr(bound, "cleaned_data", {}).get(name, "")
            assert not isinstance(value, str) or INVISIBLE.search(value) is None, (form, name)
    assert fields >= 15


@pytest.mark.django_db
@pytest.mark.parametrize("blank", ["\u200b\u200b", NASTY, "\u3164", "\u2800 ", "\u0301"], ids=repr)
def test_a_required_field_that_holds_nothing_else_is_empty(blank: str) -> None:
    fields = 0
    for form in complete_forms():
        bound = form(data=dict.fromkeys(form.base_fields, blank))
        bound.full_clean()
        for name in text_fields(bound):
            if bound.fields[name].required and not bound.fields[name].disabled:
                fields += 1
                codes = {error.code for error in bound.errors.as_data().get(name, [])}
                assert "required" in codes, (form, name)
    assert fields >= 6


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["a{}b", "{}"], ids=["within", "alone"])
def test_every_sign_that_is_not_seen_is_answered_alike(typed: str) -> None:
    forms = list(complete_forms())

    def answers(sign: str) -> list[Any]:
        found = []
        for form in forms:
            bound = form(data=dict.fromkeys(form.base_fields, typed.format(sign)) | {"password": ""})
            bound.full_clean()
            found += [(form, name, bound.errors.get(name), bound[name].value()) for name in text_fields(bound)]
        return found

    expected = answers("\x07")
    assert len(expected) >= 15
    for sign in ("\x00", "\x1b", "\u200b", "\u202e", "\ufeff"):
        assert answers(sign) == expected, repr(sign)


@pytest.mark.parametrize("unseen", ["\x00", "\x07", "\u200b\u2060", "\u202e"], ids=repr)
def test_an_optional_field_is_not_left_out_by_what_is_not_seen(unseen: str) -> None:
    """Else an order with a promo code that nobody can read goes on as one without."""
    from billing.forms import PayForm

    sent = {"total": "6.00", "version": "1", "terms": "on", "start_now": "on"}
    form = PayForm(sent | {"code": unseen})
    assert set(form.errors) == {"code"}
    assert PayForm(sent | {"code": " \t"}).is_valid()


def test_a_password_stays_as_it_was_typed() -> None:
    from tesigo.admin import StaffSignInForm

    form = StaffSignInForm(data={"username": "a\u200b@example.org", "password": "two  blanks\u200b"})
    form.data = form._clean_data()
    assert form.data == {"username": "a@example.org", "password": "two  blanks\u200b"}


#: What is read from a request without a form: names of rows and buttons, and what its reader cleans.
READ_BESIDES = {
    "accounts/staff_signin.py": "the name for the lock, compared and never shown",
    "accounts/views/account.py": "`next`, a path of ours or nothing",
    "accounts/views/language.py": "one of the known languages, and the page to go on with",
    "accounts/views/proving.py": "next, which own_path judges",
    "accounts/views/signin.py": "`next`, a path of ours or nothing",
    "accounts/views/staff.py": "`next`, a path of ours or nothing",
    "billing/admin/prices.py": "codes, normalised by promo; numbers of the preview",
    "billing/views/history.py": "number of a page",
    "billing/views/more_pages.py": "pages, validated by the form; a section's id; what goes into the form once more",
    "billing/views/ordering.py": "codes, normalised by promo; what goes into the form once more",
    "billing/views/returning.py": "a session's id, compared",
    "documents/views/brief.py": "pages, validated by the form",
    "documents/views/comments.py": "names of buttons and of the page to go back to",
    "documents/views/desk.py": "known words of buttons, a cleaned name that is compared, a place in the list",
    "documents/views/library.py": "number of a page",
    "documents/views/outline.py": "one of the known next pages",
    "documents/views/shared.py": "an id and places in the text, compared",
    "documents/views/title_page.py": "one of the known presets",
    "documents/views/word_templates.py": "the id of a template that is the person's",
    "documents/views/uploads.py": "one of the known purposes",
    "generation/editing/rewriting_views.py": "numbers of paragraphs",
    "privacy/views.py": "`next`, a path of ours or nothing",
    "tesigo/admin.py": "`next`, a path of ours or nothing; the trail keeps a short name",
    "tesigo/audited.py": "the name of an action that there is, and ids of rows",
    "tesigo/backups.py": "one of the known kinds",
    "tesigo/statistics_page.py": "one of the known months, languages and kinds",
    "tesigo/waiting.py": "number of a page",
}


def test_whatever_is_read_beside_a_form_is_known() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"request\.(POST|GET)(\.(get|getlist|items)\(|\[)", path.read_text(encoding="utf-8"))
    }
    assert found == set(READ_BESIDES)


# --- pages -------------------------------------------------------------------------------------------------------


def page(content: str, **headers: str) -> HttpResponse:
    made = HttpResponse(content, **headers)
    answer = CleanPagesMiddleware(lambda _request: made)(RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_page_shows_no_unseen_signs_of_older_rows() -> None:
    shown = page(f"<p>On{NASTY.replace(chr(0xD800), '')} lights</p>\n\tü\xa0x")
    assert shown.content.decode() == "<p>On lights</p>\n\tü\xa0x"


def test_what_is_no_page_is_left_alone() -> None:
    assert page("a\u200bb", content_type="text/csv; charset=utf-8").content.decode() == "a\u200bb"


@pytest.mark.django_db
def test_an_older_row_reaches_its_owners_page_clean(client: Client) -> None:
    from documents.models import Document
    from tests.documents.factories import DocumentFactory
    from tests.documents.test_views import student_with_consent

    document = DocumentFactory.create(owner=student_with_consent())
    Document.objects.filter(pk=document.pk).update(topic="On \x07\x1bthe\u202e keeping\u200b of lights", title="")
    client.force_login(document.owner)
    text = client.get("/documents/", follow=True).content.decode()
    assert "On the keeping of lights" in text
    assert INVISIBLE.search(text) is None


def test_one_definition_serves_prompts_and_forms() -> None:
    written = [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\\u200b-\\u200f", path.read_text(encoding="utf-8"))
    ]
    assert written == [Path(ROOT / "tesigo/platform/plain_text.py")]
