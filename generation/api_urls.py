"""URLs of jobs under `/api/v1/`."""

from django.urls import path

from generation import api_examples  # noqa: F401  # they are given once they are imported
from generation.api.jobs import AgainViewSet, JobViewSet, ProgressViewSet, StopViewSet, WriterViewSet
from generation.api.making import MakingViewSet
from generation.api.stats import StatsViewSet
from generation.editing.api import SectionTextViewSet
from generation.editing.checks_api import ChecksViewSet
from generation.editing.disclosure_api import DisclosureViewSet
from generation.editing.rewriting_api import RewritingViewSet

_ONE = "documents/<uuid:document_id>"

app_name = "generation-api"
urlpatterns = [
    path("generate/outline", MakingViewSet.as_view({"post": "outline"}), name="generate-outline"),
    path("generate/document-async", MakingViewSet.as_view({"post": "whole"}), name="generate-document"),
    path("jobs/<uuid:job_id>/status", JobViewSet.as_view({"get": "status"}), name="job-status"),
    path("admin/stats", StatsViewSet.as_view({"get": "retrieve"}), name="stats"),
    path("models", WriterViewSet.as_view({"get": "list"}), name="models"),
    path(f"{_ONE}/progress", ProgressViewSet.as_view({"get": "retrieve"}), name="progress"),
    path(f"{_ONE}/model", WriterViewSet.as_view({"get": "retrieve", "put": "update"}), name="writer"),
    path(
        f"{_ONE}/sections/<uuid:section_id>/text",
        SectionTextViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="section-text",
    ),
    path(f"{_ONE}/checks", ChecksViewSet.as_view({"get": "list"}), name="checks"),
    path(f"{_ONE}/checks/left", ChecksViewSet.as_view({"post": "leave", "delete": "bring_back"}), name="left-notes"),
    path(
        f"{_ONE}/sections/<uuid:section_id>/checks",
        ChecksViewSet.as_view({"post": "section"}),
        name="section-checks",
    ),
    path(
        f"{_ONE}/sections/<uuid:section_id>/versions",
        SectionTextViewSet.as_view({"get": "versions"}),
        name="section-versions",
    ),
    path(
        f"{_ONE}/sections/<uuid:section_id>/rewritings",
        RewritingViewSet.as_view({"get": "list", "post": "create"}),
        name="rewritings",
    ),
    path(
        f"{_ONE}/sections/<uuid:section_id>/rewritings/<uuid:rewriting_id>",
        RewritingViewSet.as_view({"get": "retrieve", "delete": "leave"}),
        name="rewriting",
    ),
    path(
        f"{_ONE}/sections/<uuid:section_id>/rewritings/<uuid:rewriting_id>/take",
        RewritingViewSet.as_view({"post": "take"}),
        name="take-rewriting",
    ),
    path(
        f"{_ONE}/disclosures",
        DisclosureViewSet.as_view({"get": "list", "post": "create"}),
        name="disclosures",
    ),
    path(
        f"{_ONE}/disclosures/<uuid:disclosure_id>",
        DisclosureViewSet.as_view({"delete": "destroy"}),
        name="disclosure",
    ),
    path(f"{_ONE}/stop", StopViewSet.as_view({"post": "stop"}), name="stop"),
    path(f"{_ONE}/try-again", AgainViewSet.as_view({"post": "again"}), name="try-again"),
]
