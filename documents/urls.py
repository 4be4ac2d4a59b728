"""Addresses of documents."""

from django.urls import path

from documents.api.arrivals import ArrivalsView, ArrivalView
from documents.views import adding, brief, desk, library, manifests, outline, reader, styles, title_page, uploads

app_name = "documents"

urlpatterns = [
    path("documents/", library.library_page, name="library"),
    path("documents/new/", brief.new, name="new"),
    path("documents/new/styles/", styles.find, name="styles-new"),
    path("documents/new/styles/own/", styles.add, name="own-style-new"),
    path("documents/new/styles/own/<uuid:style_id>/remove/", styles.remove, name="remove-style-new"),
    path("documents/<uuid:document_id>/styles/", styles.find, name="styles"),
    path("documents/<uuid:document_id>/styles/own/", styles.add, name="own-style"),
    path("documents/<uuid:document_id>/styles/own/<uuid:style_id>/remove/", styles.remove, name="remove-style"),
    path("documents/<uuid:document_id>/styles/choose/", styles.choose, name="choose-style"),
    path("documents/<uuid:document_id>/brief/", brief.brief, name="brief"),
    path("documents/<uuid:document_id>/delete/", brief.delete, name="delete"),
    path("documents/<uuid:document_id>/outline/", outline.outline_page, name="outline"),
    path("documents/<uuid:document_id>/outline/state/", outline.outline_state, name="outline-state"),
    path("documents/<uuid:document_id>/outline/request/", outline.request_outline, name="outline-request"),
    path("documents/<uuid:document_id>/sources/", desk.desk_page, name="desk"),
    path("documents/<uuid:document_id>/sources/add/", adding.add, name="add-source"),
    path("documents/<uuid:document_id>/sources/state/", desk.desk_state, name="desk-state"),
    path("documents/<uuid:document_id>/sources/zotero/", adding.add_zotero, name="add-zotero"),
    path("documents/<uuid:document_id>/sources/own/", desk.only_own, name="desk-own"),
    path("documents/<uuid:document_id>/sources/sort/", desk.sort, name="desk-sort"),
    path("documents/<uuid:document_id>/sources/look/", desk.look, name="desk-look"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/", desk.source_page, name="source"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/use/", desk.use, name="source-use"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/move/", desk.move, name="source-move"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/join/", desk.join, name="source-join"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/apart/", desk.keep_apart, name="source-apart"),
    path("documents/<uuid:document_id>/sources/<int:source_id>/part/", desk.part, name="source-part"),
    path("documents/<uuid:document_id>/title-page/", title_page.title_page, name="title-page"),
    path("documents/<uuid:document_id>/title-page/format/", title_page.page_format, name="page-format"),
    path("documents/<uuid:document_id>/read/", reader.read, name="read"),
    path("documents/<uuid:document_id>/citations/", reader.citation_report, name="citations"),
    path("documents/<uuid:document_id>/take-away/", reader.take_away, name="take_away"),
    path("documents/<uuid:document_id>/take-away/files/", reader.take_away_files, name="files"),
    path("documents/<uuid:document_id>/take-away/style/", reader.change_style, name="style"),
    path("documents/<uuid:document_id>/take-away/<uuid:export_id>/", reader.download, name="download"),
    path("documents/<uuid:document_id>/take-away/<uuid:export_id>/manifest/", manifests.manifest, name="manifest"),
    path("manifest-keys.json", manifests.keys, name="manifest-keys"),
    path("documents/<uuid:document_id>/uploads/", uploads.upload, name="upload"),
    path("documents/<uuid:document_id>/uploads/<uuid:upload_id>/", uploads.state, name="upload-state"),
    path("documents/<uuid:document_id>/uploads/<uuid:upload_id>/delete/", uploads.delete, name="upload-delete"),
    path("files/", ArrivalsView.as_view(), name="arrivals"),
    path("files/<uuid:upload_id>", ArrivalView.as_view(), name="arrival"),
]
