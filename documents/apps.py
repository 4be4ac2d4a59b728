from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        from documents import personal_data
        from documents.domain import exporting, restyling, uploads
        from tesigo.platform import duty

        personal_data.register()
        for kind in (exporting.EXPORTS, restyling.RENDERINGS, uploads.READINGS):
            duty.register(kind)
