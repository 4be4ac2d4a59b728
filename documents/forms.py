"""What comes in about documents, made clean."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from documents.domain import briefs, formats, labels, styles
from documents.domain.outline import Proposal, ProposedSection
from documents.enums import DocumentState, LibraryOrder, Shelf
from documents.models import Document
from documents.models.document import MAX_NAME_CHARACTERS, MAX_PAGES, MIN_PAGES
from documents.models.labels import MOST_TAG_CHARACTERS
from documents.models.sheet import MOST_ASKED_CHARACTERS
from tesigo.platform.forms import Form, ModelForm
from tesigo.platform.plain_text import clean_line, clean_lines
from typesetting import own_styles

if TYPE_CHECKING:
    from accounts.models import User

#: Finer wishes than this would only overflow while they are shared.
_HUNDREDTH: Final = Decimal("0.01")


class StyleChoice(forms.ChoiceField):
    """A citation style: a list of common ones and one's own, and any other by its name (R-96)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Citation style"), choices=styles.at_hand(), **options)
        self.by: User | None = None

    def of(self, by: "User | None", *, chosen: str) -> None:
        """Whose choice it is, and what is chosen already."""
        self.by = by
        self.choices = styles.choices(by=by, chosen=chosen)

    def valid_value(self, value: object) -> bool:
        """Whether there is such a style for this person, listed or not."""
        return styles.may_choose(str(value), by=self.by)


class BriefForm(ModelForm):
    """The description of a work (R-02, R-04, R-96)."""

    class Meta:
        model = Document
        fields = briefs.FIELDS
        widgets: ClassVar[dict[str, Any]] = {
            "kind": forms.RadioSelect(attrs={"class": "cards"}),
            "topic": forms.Textarea(attrs={"rows": 2}),
            "requirements": forms.Textarea(attrs={"rows": 5}),
            "pages": forms.NumberInput(attrs={"min": MIN_PAGES, "max": MAX_PAGES, "inputmode": "numeric"}),
            "author_name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "topic": _("One or two sentences: the question or the subject."),
            "pages": _("Pages of text, 1 to 200. Title page, contents and bibliography come on top and cost nothing."),
            "requirements": _("What your teacher asks for, or what must be in it."),
            "english": _("Only for documents in English: dates, quotation marks and the words of the list."),
            "search_for_sources": _("Otherwise only the files you add are cited."),
            "author_name": _("Left empty, the title page carries no name."),
        }
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "topic": {
                "required": _("Say in a sentence what the work is about."),
                "max_length": _(
                    "The topic is too long: %(show_value)s characters. Keep it under %(limit_value)s, "
                    "and put details into your own requirements."
                ),
            },
            "pages": {
                "min_value": _("Order at least 1 page."),
                "max_value": _("Order at most 200 pages."),
                "invalid": _("Write the number of pages as a whole number, such as 12."),
                "required": _("Say how many pages you need, from 1 to 200."),
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        by: User | None = kwargs.pop("by", None)
        super().__init__(*args, **kwargs)
        field = StyleChoice(help_text=_("It can be changed later, also after writing."))
        field.of(by, chosen=str(self.initial.get("citation_style", "")))
        self.fields["citation_style"] = field

    def clean_topic(self) -> str:
        """Line ends become spaces: the topic goes on a title page and into prompts."""
        return " ".join(self.cleaned_data["topic"].split())


class NewBriefForm(BriefForm):
    """The first description; ``once`` is the name of this form, drawn when it is shown: sent twice, it counts once."""

    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class OutlineWishForm(Form):
    """A wish for the next outline."""

    wish = forms.CharField(
        label=_("A wish for a new outline"),
        max_length=500,
        required=False,
        widget=forms.TextInput,
        help_text=_("For example: more about the history, fewer chapters."),
    )


class SheetLineForm(Form):
    """One thing that a sheet asks, in words."""

    asks = forms.CharField(
        label=_("What is asked"),
        max_length=MOST_ASKED_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as: at least 8 sources; a term in quotation marks; a question that the work answers."),
    )


class LibraryForm(Form):
    """Search and filter of the library."""

    q = forms.CharField(max_length=200, required=False)
    state = forms.ChoiceField(choices=[("", _("All")), *DocumentState.choices, *Shelf.choices], required=False)
    sort = forms.ChoiceField(choices=LibraryOrder.choices, required=False)
    tag = forms.CharField(max_length=MOST_TAG_CHARACTERS, required=False)


class LabelForm(Form):
    """What its owner calls a document, and its tags."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MAX_NAME_CHARACTERS,
        required=False,
        help_text=_(
            "In the library and of the files; without one, the title. What is printed stands on the page “Title page "
            "and layout”."
        ),
    )
    tags = forms.CharField(
        label=_("Tags"),
        # As many as one document may have, of the longest.
        max_length=labels.MOST_TAGS * (MOST_TAG_CHARACTERS + 2),
        required=False,
        help_text=_("Words of your own, with commas between them. The library lists documents by them."),
    )


#: Every file at once.
ALL: Final = "all"
#: A DOCX with the comments that are open.
WITH_COMMENTS: Final = "docx-with-comments"


class TakeAwayForm(Form):
    """A file somebody wants, or all of them."""

    format = forms.ChoiceField(choices=[*formats.OFFERED, (ALL, ALL), (WITH_COMMENTS, WITH_COMMENTS)])
    with_ai_statement = forms.BooleanField(required=False)


class StyleForm(Form):
    """Another citation style for a finished document (R-96)."""

    citation_style = StyleChoice()

    def __init__(self, *args: Any, by: "User | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["citation_style"]
        assert isinstance(field, StyleChoice)
        field.of(by, chosen=str(self.initial.get("citation_style", "")))


class StyleSearchForm(Form):
    """Words to find a style by, and the one whose example is wished."""

    q = forms.CharField(max_length=100, required=False)
    example = forms.CharField(max_length=200, required=False)


class OwnStyleForm(Form):
    """A CSL file of one's own."""

    file = forms.FileField(
        label=_("CSL file"),
        help_text=_("Ends in .csl, at most 512 KB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csl"}),
        error_messages={"required": _("Choose a file first."), "empty": _("The file is empty.")},
    )

    def clean_file(self) -> bytes:
        """The bytes of the file."""
        file = self.cleaned_data["file"]
        if file.size > own_styles.MAX_BYTES:
            raise ValidationError(_("The file is too large for a citation style: at most 512 KB."))
        return bytes(file.read())


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One section as the form sends it; ``parent`` is another row's name, or empty for a chapter."""

    title: str
    covers: str = ""
    leaves_out: str = ""
    pages: Decimal
    parent: str
    order: int


def outline_from_post(data: QueryDict, *, title: str) -> Proposal:
    """The outline as edited in the page's form.

    Each row sends ``row`` (its name) and, by that name, ``title-``, ``covers-``, ``leaves-``, ``pages-``, ``parent-``
    and ``order-``; ``drop`` names a row to leave out, ``move`` is "name:up" or "name:down", ``add`` is "top" or a
    chapter's name. Raises ValidationError in plain words.
    """
    rows = {
        name: _Row(
            title=clean_line(data.get(f"title-{name}", "")),
            covers=_text(data, f"covers-{name}"),
            leaves_out=_text(data, f"leaves-{name}"),
            pages=_pages(data.get(f"pages-{name}", "1")),
            parent=data.get(f"parent-{name}", ""),
            order=_order(data.get(f"order-{name}", "0")),
        )
        for name in data.getlist("row")
        if name not in data.getlist("drop")
    }
    if data.get("add"):
        parent = data["add"] if data["add"] in rows else ""
        last = max((row.order for row in rows.values() if row.parent == parent), default=0)
        rows["new"] = _Row(title=str(_("New section")), pages=Decimal(1), parent=parent, order=last + 1)
    children: dict[str, list[str]] = {}
    for name, row in sorted(rows.items(), key=lambda item: item[1].order):
        # A section whose chapter was dropped, or is below itself, becomes a chapter rather than vanish.
        has_chapter = row.parent in rows and not _hangs_on_itself(name, rows)
        children.setdefault(row.parent if has_chapter else "", []).append(name)
    _move(children, data.get("move", ""))

    def build(name: str, depth: int) -> ProposedSection:
        row = rows[name]
        below = [build(child, depth + 1) for child in children.get(name, [])] if depth < 3 else []
        return ProposedSection(row.title, row.covers, row.leaves_out, row.pages, below)

    sections = [build(name, 1) for name in children.get("", [])]
    return Proposal(title=clean_line(data.get("title", title)), sections=sections)


def _hangs_on_itself(name: str, rows: Mapping[str, _Row]) -> bool:
    """Whether the chapters above a row lead back to it."""
    above = rows[name].parent
    for _step in rows:
        if above == name:
            return True
        if above not in rows:
            return False
        above = rows[above].parent
    return False


def _move(children: dict[str, list[str]], move: str) -> None:
    name, _colon, direction = move.partition(":")
    for siblings in children.values():
        if name in siblings:
            at = siblings.index(name)
            to = at - 1 if direction == "up" else at + 1
            if 0 <= to < len(siblings):
                siblings[at], siblings[to] = siblings[to], siblings[at]
            return


def _text(data: QueryDict, name: str) -> str:
    return clean_lines(data.get(name, ""))


def _pages(text: str) -> Decimal:
    try:
        pages = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValidationError(_("Write the pages of a section as a number, such as 1.5.")) from None
    if not pages.is_finite() or not 0 <= pages <= MAX_PAGES:
        raise ValidationError(_("The pages of a section must lie between 0 and 200."))
    return pages.quantize(_HUNDREDTH)


def _order(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
