"""Addresses of documents under `/api/v1/`."""

from django.urls import path

from documents import api_examples  # noqa: F401  # they are given once they are imported
from documents.api.comments import CommentFileViewSet, CommentViewSet, LinkViewSet
from documents.api.documents import DocumentViewSet
from documents.api.files import ExportViewSet, FileViewSet, SourceViewSet
from documents.api.labels import LabelViewSet
from documents.api.outline import OutlineViewSet
from documents.api.page_format import PageFormatViewSet
from documents.api.reading import CitationViewSet, SectionViewSet, StyleViewSet
from documents.api.sheet import SheetViewSet
from documents.api.styles import StyleListViewSet
from documents.api.title_page import TitlePageViewSet
from documents.api.word_templates import WordTemplateListViewSet, WordTemplateViewSet
from documents.api.works import WorkViewSet

_ONE = "documents/<uuid:document_id>"

app_name = "documents-api"
urlpatterns = [
    path("documents", DocumentViewSet.as_view({"get": "list", "post": "create"}), name="documents"),
    # A few rows, and no pages of them.
    path("documents/recover", DocumentViewSet.as_view({"get": "recover"}, pagination_class=None), name="recover"),
    path(_ONE, DocumentViewSet.as_view({"get": "retrieve", "patch": "change", "delete": "destroy"}), name="document"),
    path(f"{_ONE}/label", LabelViewSet.as_view({"get": "retrieve", "patch": "change"}), name="label"),
    path("tags", LabelViewSet.as_view({"get": "list"}, pagination_class=None), name="tags"),
    path(f"{_ONE}/draft", DocumentViewSet.as_view({"post": "type"}), name="draft"),
    path(f"{_ONE}/draft/latest", DocumentViewSet.as_view({"get": "latest"}), name="draft-latest"),
    path(f"{_ONE}/outline", OutlineViewSet.as_view({"get": "retrieve", "put": "replace"}), name="outline"),
    path(
        f"{_ONE}/outline/dropped",
        OutlineViewSet.as_view({"get": "dropped"}, pagination_class=None),
        name="outline-dropped",
    ),
    path(f"{_ONE}/outline/dropped/<int:row_id>", OutlineViewSet.as_view({"post": "bring_back"}), name="outline-back"),
    path(f"{_ONE}/sheet", SheetViewSet.as_view({"get": "retrieve", "post": "create"}), name="sheet"),
    path(
        f"{_ONE}/sheet/<int:line_id>", SheetViewSet.as_view({"put": "correct", "delete": "destroy"}), name="sheet-line"
    ),
    path(f"{_ONE}/title-page", TitlePageViewSet.as_view({"get": "retrieve", "put": "replace"}), name="title-page"),
    path(f"{_ONE}/format", PageFormatViewSet.as_view({"get": "retrieve", "put": "replace"}), name="format"),
    path(
        f"{_ONE}/word-template",
        WordTemplateViewSet.as_view({"get": "retrieve", "put": "replace"}),
        name="word-template",
    ),
    path("word-templates", WordTemplateListViewSet.as_view({"get": "list", "post": "create"}), name="word-templates"),
    path(
        "word-templates/<uuid:template_id>",
        WordTemplateListViewSet.as_view({"delete": "destroy"}),
        name="word-template-own",
    ),
    path(f"{_ONE}/sections", SectionViewSet.as_view({"get": "list"}), name="sections"),
    path(f"{_ONE}/works", WorkViewSet.as_view({"get": "list", "post": "create"}), name="works"),
    path(
        f"{_ONE}/works/<int:work_id>",
        WorkViewSet.as_view({"get": "retrieve", "patch": "correct", "delete": "throw_away"}),
        name="work",
    ),
    path(
        f"{_ONE}/works/thrown-away",
        WorkViewSet.as_view({"get": "thrown_away"}, pagination_class=None),
        name="works-thrown-away",
    ),
    path(f"{_ONE}/works/<int:work_id>/place", WorkViewSet.as_view({"put": "move"}), name="work-place"),
    path(f"{_ONE}/works/order", WorkViewSet.as_view({"delete": "as_usual"}), name="works-order"),
    path(f"{_ONE}/works/alike", WorkViewSet.as_view({"post": "look"}), name="works-alike"),
    path(f"{_ONE}/works/<int:work_id>/use", WorkViewSet.as_view({"put": "choose"}), name="work-use"),
    path(f"{_ONE}/works/<int:work_id>/alike", WorkViewSet.as_view({"delete": "keep_apart"}), name="work-alike"),
    path(
        f"{_ONE}/works/<int:work_id>/joined", WorkViewSet.as_view({"put": "join", "delete": "part"}), name="work-joined"
    ),
    path(f"{_ONE}/links", LinkViewSet.as_view({"get": "list", "post": "create"}), name="links"),
    path(f"{_ONE}/links/<uuid:link_id>", LinkViewSet.as_view({"delete": "destroy"}), name="link"),
    path(f"{_ONE}/comments", CommentViewSet.as_view({"get": "list"}), name="comments"),
    path(f"{_ONE}/comments/file", CommentFileViewSet.as_view({"post": "create"}), name="comment-file"),
    path(
        f"{_ONE}/comments/<uuid:comment_id>",
        CommentViewSet.as_view({"patch": "mark", "delete": "destroy"}),
        name="comment",
    ),
    path(
        f"{_ONE}/comments/<uuid:comment_id>/answers",
        CommentViewSet.as_view({"post": "answer"}),
        name="comment-answers",
    ),
    path(f"{_ONE}/citations", CitationViewSet.as_view({"get": "retrieve"}), name="citations"),
    path(f"{_ONE}/style", StyleViewSet.as_view({"put": "update"}), name="style"),
    path(f"{_ONE}/sources", SourceViewSet.as_view({"get": "list", "post": "create"}), name="sources"),
    path(
        f"{_ONE}/sources/<uuid:upload_id>",
        SourceViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="source",
    ),
    path(f"{_ONE}/export", ExportViewSet.as_view({"get": "list", "post": "create"}), name="export"),
    path(
        f"{_ONE}/export/<uuid:export_id>/manifest",
        FileViewSet.as_view({"get": "manifest"}),
        name="export-manifest",
    ),
    path(f"{_ONE}/export/<uuid:export_id>/file", FileViewSet.as_view({"get": "download"}), name="export-file"),
    path("citation-styles", StyleListViewSet.as_view({"get": "list", "post": "create"}), name="citation-styles"),
    path("citation-styles/example", StyleListViewSet.as_view({"get": "example"}), name="citation-style-example"),
    path(
        "citation-styles/<str:style_name>", StyleListViewSet.as_view({"delete": "destroy"}), name="citation-style-own"
    ),
]
