"""What a document can be, in which languages, and the states it passes through."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

#: Kind of notice on a work whose DOI belongs, as others say, to a work of another title.
DOI_OF_ANOTHER: Final = "doi_of_another"


class DocumentKind(models.TextChoices):
    """What sort of work it is; it sets the tone and the parts."""

    ESSAY = "essay", _("Essay")
    SEMINAR_PAPER = "seminar", _("Seminar paper")
    BACHELOR_THESIS = "bachelor", _("Bachelor's thesis")
    MASTER_THESIS = "master", _("Master's thesis")
    REPORT = "report", _("Report")


class Level(models.TextChoices):
    """For which stage of education it is written."""

    SCHOOL = "school", _("Upper school")
    BACHELOR = "bachelor", _("Bachelor")
    MASTER = "master", _("Master")
    DOCTORATE = "doctorate", _("Doctorate")


class Language(models.TextChoices):
    """Languages a document can be written in (R-04)."""

    ENGLISH = "en", _("English")
    ITALIAN = "it", _("Italian")
    SPANISH = "es", _("Spanish")
    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    POLISH = "pl", _("Polish")
    PORTUGUESE = "pt", _("Portuguese")
    DUTCH = "nl", _("Dutch")
    CZECH = "cs", _("Czech")
    ROMANIAN = "ro", _("Romanian")


class English(models.TextChoices):
    """Whose English the citations of an English document are set in; the style's own unless somebody chooses."""

    AS_THE_STYLE = "", _("as the citation style has it")
    AMERICAN = "en-US", _("American")
    BRITISH = "en-GB", _("British")


class DocumentState(models.TextChoices):
    """Where a document stands. Legal moves: ``documents.domain.lifecycle.MOVES``."""

    DRAFT = "draft", _("being described")
    OUTLINING = "outlining", _("outline on its way")
    OUTLINED = "outlined", _("outline ready")
    QUEUED = "queued", _("waiting to be written")
    WRITING = "writing", _("being written")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed, refunded")


class Shelf(models.TextChoices):
    """Where the library has documents that are out of sight."""

    ARCHIVED = "archived", _("put away")
    THROWN_AWAY = "thrown-away", _("thrown away")


class LibraryOrder(models.TextChoices):
    """By what the library is sorted."""

    CHANGED = "changed", _("newest change first")
    BEGUN = "begun", _("newest first")
    TITLE = "title", _("by title")
    PAGES = "pages", _("longest first")


class UploadPurpose(models.TextChoices):
    """What a file was handed in for: to say what is asked, or to be cited."""

    ASSIGNMENT = "assignment", _("assignment sheet")
    SOURCE = "source", _("source")


class SheetKind(models.TextChoices):
    """What a line of an assignment sheet asks for (R-17)."""

    LENGTH = "length", _("length")
    SOURCES = "sources", _("sources")
    STYLE = "style", _("citation style")
    LANGUAGE = "language", _("language")
    FORMAT = "format", _("layout")
    PART = "part", _("part of the work")
    COUNT = "count", _("tables and pictures")
    DEADLINE = "deadline", _("deadline")
    TERM = "term", _("term or author")
    POINT = "point", _("question or point")


class SheetOrigin(models.TextChoices):
    """Who read a line out of the sheet."""

    CODE = "code", _("read by fixed rules")
    MODEL = "model", _("read by a model")
    OWNER = "owner", _("written by you")


class SheetVerdict(models.TextChoices):
    """What can be said of a line and the text of now. Never "met" where only words were found."""

    MET = "met", _("met")
    NOT_MET = "not_met", _("not met")
    FOUND = "found", _("words of it found")
    NOT_FOUND = "not_found", _("no words of it found")
    YOURS = "yours", _("only you can judge")
    LATER = "later", _("seen once it is written")


class UploadState(models.TextChoices):
    """Where a file stands on its way to passages; the last two are final."""

    RECEIVING = "receiving", _("arriving")
    EXTRACTING = "extracting", _("being read")
    READY = "ready", _("read")
    REJECTED = "rejected", _("not usable")


class SourceOrigin(models.TextChoices):
    """How a source came to its document."""

    UPLOAD = "upload", _("uploaded")
    SEARCH = "search", _("found")
    BIBLIOGRAPHY = "bibliography", _("from a bibliography file")
    ADDED = "added", _("added by hand")


class Recognising(models.TextChoices):
    """Where a scan stands whose text has to be recognised (R-82)."""

    WAITING = "waiting", _("waiting for its turn")
    GOING = "going", _("being recognised")


class FullTextState(models.TextChoices):
    """What became of a free copy of a work (R-99)."""

    WANTED = "wanted", _("being fetched")
    READ = "read", _("read in full")
    NONE = "none", _("not to be had")


class SourceUse(models.TextChoices):
    """What its owner wants of a source (R-97)."""

    MAY = "may", _("may be cited")
    MUST = "must", _("has to be cited")
    BANNED = "banned", _("not used")


class FieldOrigin(models.TextChoices):
    """Where a field of a reference came from (R-97)."""

    FILE = "file", _("the file")
    LIST = "list", _("a reference list")
    SEARCH = "search", _("a search service")
    REGISTER = "register", _("a register")
    PAGE = "page", _("the page on the web")
    YOU = "you", _("you")


class Sureness(models.TextChoices):
    """How sure a field of a reference is (R-97)."""

    SURE = "sure", _("sure")
    LIKELY = "likely", _("likely")
    UNSURE = "unsure", _("unsure")


class CitationCheck(models.TextChoices):
    """How a citation was found to be supported (R-10)."""

    VERBATIM = "verbatim", _("quotation found word for word")
    OVERLAP = "overlap", _("wording found in the passage")
    JUDGED = "judged", _("judged as supported by the passage")
    CHANGED = "changed", _("in a sentence that its author changed, not checked since")


class ExportFormat(models.TextChoices):
    """In which formats a finished document can be taken away; `documents.domain.formats` says what each is."""

    PDF = "pdf", "PDF"
    EPUB = "epub", "EPUB"
    HTML = "html", "HTML"
    DOCX = "docx", "DOCX"
    ODT = "odt", "ODT"
    MARKDOWN = "markdown", "Markdown"
    ZOTERO = "docx_zotero", _("DOCX for Zotero")
    WORD = "docx_word", _("DOCX with Word's sources")
    LATEX = "latex", "LaTeX"
    BIBLATEX = "biblatex", "biblatex"
    BIBTEX = "bibtex", "BibTeX"
    RIS = "ris", "RIS"
    CSL_JSON = "csl_json", "CSL JSON"
    REPORT_PDF = "report_pdf", _("Citation report as PDF")
    REPORT_CSV = "report_csv", _("Citation report as CSV")


#: Made with every document; the others when somebody asks for them.
DELIVERED: Final = (ExportFormat.PDF, ExportFormat.DOCX)


class ExportState(models.TextChoices):
    """Where a file to take away stands."""

    PENDING = "pending", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class RevisionReason(models.TextChoices):
    """Why a section's text changed."""

    WRITTEN = "written", _("written")
    CHECKED = "checked", _("corrected by the check")
    EXTENDED = "extended", _("extended to the pages ordered")
    TIGHTENED = "tightened", _("tightened to the pages ordered")
    EDITED = "edited", _("edited by its owner")
    RESTORED = "restored", _("an earlier version, brought back by its owner")
    REWRITTEN = "rewritten", _("written anew by a model, on its owner's order")


#: Of versions that an owner made, or ordered, in the finished text.
OWNERS_REASONS: Final = (RevisionReason.EDITED, RevisionReason.RESTORED, RevisionReason.REWRITTEN)


class CommentOrigin(models.TextChoices):
    """How a comment on a finished text came to its document (R-94)."""

    LINK = "link", _("by your link")
    WORD = "word", _("from a Word file")
