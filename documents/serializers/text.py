"""The text of a document: its sections, its citations and their style."""

from typing import Any, ClassVar

from rest_framework import serializers

from documents.domain import styles
from documents.domain.citations import CitationCard
from documents.models import Section
from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import ChosenField, ModelSerializer


class SectionSerializer(ModelSerializer):
    """A section with its text, once the document is ready."""

    number = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(help_text="Markdown with citation keys; null until it is ready.")
    html = serializers.SerializerMethodField(help_text="Cleaned, with citations; null until it is ready.")

    class Meta:
        model = Section
        fields: ClassVar[Any] = (
            "id", "number", "level", "parent", "position", "title", "pages", "revision", "written_at", "text", "html",
        )  # fmt: skip
        read_only_fields: ClassVar[Any] = fields

    def get_number(self, section: Section) -> str:
        """As in the contents: "2.1"."""
        return str(self.context["numbers"].get(section.pk, ""))

    def get_level(self, section: Section) -> int:
        """1 for a chapter."""
        return self.get_number(section).count(".") + 1

    def get_text(self, section: Section) -> str | None:
        """The text."""
        return section.text if self.context["is_ready"] else None

    def get_html(self, section: Section) -> str | None:
        """The text for a screen."""
        return section.html if self.context["is_ready"] else None


class CitationSerializer(ApiSerializer):
    """One citation with the passage that it rests on (R-10)."""

    number = serializers.IntegerField()
    section = serializers.UUIDField(source="citation.section_id")
    sentence = serializers.CharField()
    key = serializers.CharField(source="citation.source.key")
    source_title = serializers.CharField(source="citation.source.title")
    who_and_when = serializers.CharField()
    address = serializers.CharField(help_text="The DOI's address, else where it was found.")
    page = serializers.SerializerMethodField(help_text="As printed; empty where there are no pages.")
    passage = serializers.CharField(source="citation.passage.text")
    check_result = serializers.CharField(source="citation.check_result")
    check_note = serializers.CharField(source="citation.check_note")

    def get_page(self, card: CitationCard) -> str:
        """The page of the passage."""
        passage = card.citation.passage
        return passage.page_label or (str(passage.page) if passage.page else "")


class SharesSerializer(ApiSerializer):
    """Whose words a text is made of (R-16)."""

    words = serializers.IntegerField()
    quoted = serializers.IntegerField(help_text="Between quotation marks.")
    near = serializers.IntegerField(help_text="In a row of five or more that a source has, too.")
    own = serializers.IntegerField()


class DensitySerializer(ApiSerializer):
    """How densely a section cites (R-19)."""

    citations = serializers.IntegerField(help_text="That hold.")
    pages = serializers.DecimalField(max_digits=6, decimal_places=2)
    wanted = serializers.IntegerField(help_text="How many there should be at least.")
    is_thin = serializers.BooleanField(help_text="Whether there are fewer.")
    round = serializers.CharField(
        help_text="What became of its second writing: better, no better, over budget, no answer; empty where none was."
    )


class CopiedSerializer(ApiSerializer):
    """Eight words in a row or more that a source has, too, and that stand without quotation marks (R-16)."""

    words = serializers.CharField()
    key = serializers.CharField()
    source_title = serializers.CharField()
    page = serializers.CharField(help_text="As printed; empty where there are no pages.")


class SectionWordingSerializer(ApiSerializer):
    """What the check of a section found of its words and its citations."""

    section = serializers.UUIDField(source="section.pk")
    number = serializers.CharField(source="section.number")
    shares = SharesSerializer(source="originality.shares")
    density = DensitySerializer(source="originality.density")
    copied = CopiedSerializer(source="originality.copied", many=True)


class CitationReportSerializer(ApiSerializer):
    """The citation report of a finished document."""

    total = serializers.IntegerField()
    sources = serializers.IntegerField()
    removed = serializers.IntegerField(help_text="Sentences that the check took out.")
    by_check = serializers.DictField(child=serializers.IntegerField())
    by_origin = serializers.DictField(
        child=serializers.IntegerField(), help_text="How the works that are cited came to the document."
    )
    only_own_sources = serializers.BooleanField(
        help_text="The owner wanted it so, and nothing that a search found is cited."
    )
    citations = CitationSerializer(many=True)
    shares = SharesSerializer(help_text="Of the whole document.")
    sections = SectionWordingSerializer(many=True, help_text="Those that were checked so.")


class StyleSerializer(ApiSerializer):
    """Another citation style for a finished document."""

    citation_style = ChosenField(may_choose=styles.may_choose, refusal=styles.NO_SUCH_STYLE, max_length=100)


class StyleAtHandSerializer(ApiSerializer):
    """A citation style that can be chosen."""

    name = serializers.CharField()
    title = serializers.CharField()
    short = serializers.CharField(required=False, help_text="A short name, where it has one.")
    studies = serializers.ListField(
        child=serializers.CharField(), required=False, source="fields", help_text="Fields of study."
    )
    issns = serializers.ListField(child=serializers.CharField(), required=False)
    parent = serializers.CharField(  # type: ignore[assignment]  # a field of that name, taken out of the class
        required=False, help_text="The style that this one is another name of, if any."
    )


class StyleExampleSerializer(ApiSerializer):
    """How a style prints in a language, as HTML."""

    citation = serializers.CharField()
    entries = serializers.ListField(child=serializers.CharField(), help_text="A book and an article in the list.")
    has_list = serializers.BooleanField(help_text="Whether the style has a list; else one is added, set in APA.")


class OwnStyleSerializer(ApiSerializer):
    """The text of a CSL file."""

    csl = serializers.CharField(max_length=524_288, trim_whitespace=False)
