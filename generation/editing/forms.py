"""What comes in from the writing room, made clean."""

from typing import Any, Final, Self

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from documents.domain.text import without_citations
from documents.models import Document, Section, Source
from generation.editing.rewriting import Wanted
from generation.editing.versions import NAME_LENGTH
from generation.enums import NoteKind, Wish
from generation.models.disclosure import MOST_WORDS_CHARACTERS
from generation.writing import stretches
from generation.writing.prompts.rewriting import WISH_CHARACTERS
from tesigo.platform.forms import Form

#: Characters of a paragraph by which its owner knows it again.
_SHOWN_CHARACTERS: Final = 140
#: A version's number that the database has room for.
_LAST_REVISION: Final = 2**31 - 1


class SectionForm(Form):
    """A section's text, and the number of the version that it was made from."""

    text = forms.CharField(
        label=_("Text"), strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "input editor-text", "spellcheck": "true"}),
    )  # fmt: skip
    revision = forms.IntegerField(min_value=0, max_value=_LAST_REVISION, widget=forms.HiddenInput)
    unsaved = forms.UUIDField(required=False, widget=forms.HiddenInput)


class UnsavedForm(Form):
    """Unsaved text that is meant, by its token."""

    unsaved = forms.UUIDField()


class ProseForm(UnsavedForm):
    """What an editor sends beside its text: the version that it was made from, what it knows to be kept, the window's
    name for itself, and whether its last save had no answer.
    """

    revision = forms.IntegerField(min_value=1, max_value=_LAST_REVISION)
    unsaved = forms.UUIDField(required=False)
    window = forms.RegexField(r"^[\w-]{1,120}\Z", required=False)
    is_unanswered = forms.BooleanField(required=False)


class PassagesForm(Form):
    """What is looked for among the passages of the sources: words, and a source by its key."""

    words = forms.CharField(max_length=200, required=False)
    key = forms.CharField(max_length=200, required=False)


class RewritingForm(Form):
    """What is to be written anew, and how (R-93). Without a paragraph all that can be is meant."""

    wish = forms.ChoiceField(label=_("How"), choices=Wish, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=WISH_CHARACTERS,
        help_text=_("What is to change; it is added to what you chose above."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip
    source = forms.ModelChoiceField(
        label=_("Source to say more of"), queryset=Source.objects.none(), required=False, to_field_name="key"
    )
    paragraphs = forms.TypedMultipleChoiceField(
        label=_("Paragraphs"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    revision = forms.IntegerField(min_value=1, max_value=_LAST_REVISION, widget=forms.HiddenInput)

    def offer(self, *, section: Section, document: Document) -> Self:
        """With the paragraphs of the section and the sources of the document to choose from."""
        sources = Source.objects.citable().filter(document=document).exclude(passages=None)
        self.fields["source"].queryset = sources.order_by("title")  # type: ignore[attr-defined]  # a choice of models
        shown = [(str(number), _beginning(text)) for number, text in stretches.running(section.text)]
        self.fields["paragraphs"].choices = shown  # type: ignore[attr-defined]  # a field of choices
        return self

    def wanted(self) -> Wanted:
        """What was asked for; of a form that is valid."""
        said = self.cleaned_data
        return Wanted(Wish(said["wish"]), said["words"], said["source"], said["paragraphs"])


def _beginning(paragraph: str) -> str:
    return Truncator(without_citations(paragraph)).chars(_SHOWN_CHARACTERS)


class TakeForm(Form):
    """An offer that is taken, beside the version that its owner was shown."""

    revision = forms.IntegerField(min_value=1, max_value=_LAST_REVISION, widget=forms.HiddenInput)


class VersionForm(Form):
    """A version that is meant, and the name that it is to have."""

    revision = forms.IntegerField(min_value=1, max_value=_LAST_REVISION, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)


class NoteForm(Form):
    """A note that is put away, by its kind and its digest, as one value: "slip:3f…"."""

    leave = forms.RegexField(rf"^(?:{'|'.join(NoteKind.values)}):[0-9a-f]{{64}}\Z")

    def wanted(self) -> dict[str, Any]:
        """What `away.leave` is told; of a form that is valid."""
        kind, _colon, digest = self.cleaned_data["leave"].partition(":")
        return {"kind": NoteKind(kind), "digest": digest}


class DisclosureForm(Form):
    """What a complaint is about, for which staff may look at what changed."""

    words = forms.CharField(
        label=_("What it is about"), max_length=MOST_WORDS_CHARACTERS,
        help_text=_("In a line or two: which section, and what is not as it should be."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip


class ComparedForm(Form):
    """Two versions to be compared; the newest and the one before it where none are said."""

    old = forms.IntegerField(min_value=0, max_value=_LAST_REVISION, required=False)
    new = forms.IntegerField(min_value=0, max_value=_LAST_REVISION, required=False)
