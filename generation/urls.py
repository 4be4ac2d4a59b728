"""URLs of generation."""

from django.urls import path

from generation import views
from generation.api.jobs import ProgressViewSet
from generation.editing import checks_views as checks
from generation.editing import disclosure_views as disclosures
from generation.editing import prose_views as prose
from generation.editing import rewriting_views as rewriting
from generation.editing import views as editing

app_name = "generation"

urlpatterns = [
    path("documents/<uuid:document_id>/progress/", views.progress_page, name="progress"),
    path("documents/<uuid:document_id>/progress/fragment/", views.progress_fragment, name="progress-fragment"),
    path("documents/<uuid:document_id>/stop/", views.stop, name="stop"),
    path("documents/<uuid:document_id>/try-again/", views.try_again, name="try-again"),
    path("documents/<uuid:document_id>/check/", checks.of_document, name="check"),
    path("documents/<uuid:document_id>/check/leave/", checks.leave, name="leave-note"),
    path("documents/<uuid:document_id>/check/bring-back/", checks.bring_back, name="notes-back"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/", editing.edit, name="edit"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/prose/", prose.show, name="prose"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/prose/save/", prose.save, name="save-prose"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/prose/passages/", prose.passages, name="passages"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/unsaved/", prose.keep, name="unsaved"),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/unsaved/drop/",
        editing.drop_unsaved,
        name="drop-unsaved",
    ),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/check/", checks.of_section, name="check-section"),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/versions/", editing.history, name="versions"),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/versions/restore/",
        editing.restore,
        name="restore-version",
    ),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/rewrite/", rewriting.order, name="rewrite"),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/rewrite/fragment/",
        rewriting.fragment,
        name="rewriting-fragment",
    ),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/rewrite/<uuid:rewriting_id>/take/",
        rewriting.take,
        name="take-rewriting",
    ),
    path(
        "documents/<uuid:document_id>/sections/<uuid:section_id>/rewrite/<uuid:rewriting_id>/leave/",
        rewriting.leave,
        name="leave-rewriting",
    ),
    path("documents/<uuid:document_id>/sections/<uuid:section_id>/versions/name/", editing.name, name="name-version"),
    path("documents/<uuid:document_id>/show-changes/", disclosures.show_changes, name="show-changes"),
    path(
        "documents/<uuid:document_id>/show-changes/<uuid:disclosure_id>/take-back/",
        disclosures.take_back,
        name="hide-changes",
    ),
    path(
        "api/documents/<uuid:document_id>/progress/", ProgressViewSet.as_view({"get": "retrieve"}), name="progress-api"
    ),
]
