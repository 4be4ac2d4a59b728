"""Documents for staff: to be read, not rewritten. Changes go through the domain."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from documents.domain import styles
from documents.models import (
    Citation,
    Comment,
    Document,
    DocumentEvent,
    Export,
    OwnStyle,
    OwnTemplate,
    ReviewLink,
    Section,
    Source,
    Upload,
)
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly, ReadOnlyInline


class EventInline(ReadOnlyInline):
    model = DocumentEvent
    fields = ("at", "from_state", "to_state", "cause", "actor_id")


class SectionInline(ReadOnlyInline):
    model = Section
    fields = ("position", "title", "pages", "revision", "written_at")


class UploadInline(ReadOnlyInline):
    model = Upload
    fields = ("name", "purpose", "format", "size", "state", "verdict")


class ExportInline(ReadOnlyInline):
    model = Export
    fields = ("format", "state", "size", "with_ai_statement", "citation_style", "finished_at", "error")


@admin.register(Document)
class DocumentAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "owner"
    list_display = (
        "__str__",
        "person",
        "kind",
        "language",
        "pages",
        "body_pages",
        "state_shown",
        "progress",
        "updated_at",
    )
    list_filter = ("state", "kind", "language", "level", "created_at")
    search_fields = ("id", "title", "topic")
    date_hierarchy = "created_at"
    list_select_related = ("owner",)
    readonly_fields = ("person", "style")
    inlines = (EventInline, SectionInline, UploadInline, ExportInline)
    fieldsets = (
        (None, {"fields": ("title", "topic", "kind", "level", "language", "pages", "body_pages", "style", "english")}),
        (
            _("State"),
            {"fields": ("person", "state", "progress", "failure", "outline_error", "created_at", "updated_at")},
        ),
        (_("Brief"), {"fields": ("requirements", "search_for_sources", "author_name", "outline_wish")}),
    )

    @admin.display(description=_("citation style"))
    def style(self, document: Document) -> str:
        return styles.title(document.citation_style)

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, document: Document) -> str:
        return document.get_state_display()


@admin.register(Source)
class SourceAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "document__owner"
    list_display = ("title", "person", "key", "origin", "page_count", "passages_counted", "link")
    list_filter = ("origin",)
    search_fields = ("title", "key", "doi", "document__id")
    fields = ("document", "title", "key", "origin", "doi", "url", "page_count", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).annotate(passages_count=Count("passages"))

    @admin.display(description=_("passages"), ordering="passages_count")
    def passages_counted(self, source: Source) -> int:
        return source.passages_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=_("link"))
    def link(self, source: Source) -> SafeString | str:
        if not source.url:
            return ""
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', source.url, source.url)


@admin.register(Citation)
class CitationAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "document__owner"
    list_display = ("source", "section", "person", "check_result", "page")
    list_filter = ("check_result",)
    search_fields = ("document__id", "sentence")
    list_select_related = ("source", "section", "passage")
    fields = ("document", "section", "source", "passage_text", "sentence", "check_result", "check_note")
    readonly_fields = ("passage_text",)

    @admin.display(description=_("page"))
    def page(self, citation: Citation) -> str:
        return citation.passage.page_label or str(citation.passage.page)

    @admin.display(description=_("passage"))
    def passage_text(self, citation: Citation) -> str:
        return citation.passage.text


@admin.register(OwnStyle)
class OwnStyleAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "owner"
    list_display = ("title", "person", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "title")
    readonly_fields = ("person",)
    fields = ("title", "person", "text", "created_at")


@admin.register(OwnTemplate)
class OwnTemplateAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "owner"
    list_display = ("title", "person", "created_at")
    list_select_related = ("owner",)
    search_fields = ("id", "title")
    readonly_fields = ("person",)
    fields = ("title", "person", "created_at")


@admin.register(ReviewLink)
class ReviewLinkAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "document__owner"
    list_display = ("document", "person", "created_at", "expires_at", "last_used_on", "revoked_at")
    list_select_related = ("document",)
    search_fields = ("document__id",)
    readonly_fields = ("person",)
    fields = ("document", "person", "label", "created_at", "expires_at", "last_used_on", "revoked_at")


@admin.register(Comment)
class CommentAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    person_path = "document__owner"
    list_display = ("document", "section", "person", "origin", "said_at", "done_at")
    list_filter = ("origin",)
    list_select_related = ("document", "section")
    search_fields = ("document__id",)
    readonly_fields = ("person",)
    fields = ("document", "section", "person", "origin", "author", "text", "sentence", "said_at", "done_at")
