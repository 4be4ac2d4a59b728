"""The title page of a document, as programs send and get it."""

from typing import Any, ClassVar

from documents.domain import title_pages
from documents.models import TitlePage
from tesigo.platform.clean_fields import LineField, ModelSerializer


class TitlePageSerializer(ModelSerializer):
    """The title page and the parts beside the text. What is not sent is empty."""

    own_title = LineField(
        required=False, allow_blank=True, max_length=300, default="", help_text="In place of the outline's title."
    )
    author_name = LineField(required=False, allow_blank=True, max_length=120, default="")

    class Meta:
        model = TitlePage
        fields: ClassVar[Any] = title_pages.FIELDS
        extra_kwargs: ClassVar[dict[str, Any]] = {
            **{name: {"default": ""} for name in title_pages.OF_PAGE},
            "handed_in_on": {"default": None, "help_text": "The day of printing where there is none."},
            "has_declaration": {"default": False},
            "has_citation_report": {"default": False, "help_text": "Behind the bibliography, not counted as pages."},
            "supervisors": {"default": "", "help_text": "Each on a line, at most four."},
            "keywords": {"default": "", "help_text": "With commas between them."},
            "abbreviations": {"default": "", "help_text": "Lines such as `API = application programming interface`."},
            "appendix": {"default": "", "help_text": "Markdown."},
            "declaration": {"default": "", "help_text": "In place of the words of the document's language."},
        }
