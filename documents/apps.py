from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"

    def ready(self) -> None:
        from documents import personal_data
        from documents.domain import exporting, full_texts, proofs, restyling, uploads
        from tesigo.platform import duty

        personal_data.register()
        for kind in (exporting.EXPORTS, full_texts.FULL_TEXTS, proofs.PROOFS, restyling.RENDERINGS, uploads.READINGS):
            duty.register(kind)
