"""What a student orders and what it is made of."""

from documents.models.brief_month import BriefMonth
from documents.models.comment import Comment, CommentAnswer, ReviewLink
from documents.models.document import Document, DocumentEvent, DocumentQuerySet
from documents.models.export import Export, Rendering
from documents.models.full_text import FullText
from documents.models.labels import DocumentTag
from documents.models.outline import DroppedSection, Section, SectionRevision
from documents.models.own_style import OwnStyle
from documents.models.own_template import OwnTemplate
from documents.models.proof import Proof
from documents.models.search_service import SearchService
from documents.models.sheet import SheetLine
from documents.models.source import Citation, Passage, Source, SourceQuerySet
from documents.models.title_page import TitlePage
from documents.models.typed import TypedBrief
from documents.models.unsaved import UnsavedText
from documents.models.upload import FilePart, Upload

__all__ = [
    "BriefMonth",
    "Citation",
    "Comment",
    "CommentAnswer",
    "Document",
    "DocumentEvent",
    "DocumentQuerySet",
    "DocumentTag",
    "DroppedSection",
    "Export",
    "FilePart",
    "FullText",
    "OwnStyle",
    "OwnTemplate",
    "Passage",
    "Proof",
    "Rendering",
    "ReviewLink",
    "SearchService",
    "Section",
    "SectionRevision",
    "SheetLine",
    "Source",
    "SourceQuerySet",
    "TitlePage",
    "TypedBrief",
    "UnsavedText",
    "Upload",
]
