from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from privacy import personal_data, registry
        from privacy.domain import audit, erased_again, erasure, exports, purposes
        from privacy.enums import ConsentKind
        from tesigo.platform import duty
        from tesigo.platform.backup import erasures, inspection, put_back

        personal_data.register()
        inspection.register("audit trail", audit.inspect)
        erasures.register(erased_again.done)
        put_back.register(registry.stored_names)
        duty.register(erasure.ERASURES)
        purposes.register(
            purposes.Purpose(
                kind=ConsentKind.ESSENTIAL,
                question=_("I agree to the terms and have read the privacy policy"),
                explanation=_("Needed: without it we cannot write for you."),
            )
        )
        duty.register(exports.EXPORTS)
