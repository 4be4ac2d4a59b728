from django.apps import AppConfig
from django.core.checks.registry import registry
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from djstripe import checks as djstripe_checks

        from accounts.domain import mail
        from billing import metrics, personal_data
        from billing.domain import credit_notes, events, ledger, papers, receipts, refunds, stripe_mirror, watching
        from tesigo.platform import conditions, duty
        from tesigo.platform.backup import inspection

        personal_data.register()
        metrics.register()
        inspection.register("books", ledger.inspect)
        mail.attach_to("receipt", receipts.attachment)
        for template in ("refunded", "credit_note"):
            mail.attach_to(template, credit_notes.attachment)
        for kind in (events.EVENTS, papers.RECEIPTS, refunds.REFUNDS, stripe_mirror.MIRRORS):
            duty.register(kind)
        for check in watching.CHECKS:
            conditions.register(check)
        # They read dj-stripe's endpoints from the database, and wait for one that is away; we route none of them.
        for check in (djstripe_checks.check_webhook_validation, djstripe_checks.check_webhook_endpoint_has_secret):
            registry.registered_checks.discard(check)
