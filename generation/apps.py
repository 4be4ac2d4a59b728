from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = _("Generation")

    def ready(self) -> None:
        from billing import gates as orders
        from documents.domain import waiting
        from documents.gates import outlines
        from generation import (
            flags,  # noqa: F401  # staff see what is declared
            metrics,
            personal_data,
            receivers,  # noqa: F401  # listen once they are imported
        )
        from generation.engine import watching
        from generation.progress import recording, snapshots
        from generation.spending import estimates, reservations
        from tesigo.platform import conditions, readiness

        orders.register("room", reservations.ask, release=reservations.release, look=reservations.look)
        orders.more_pages.register("rewriting", reservations.look_for_rewriting)
        orders.tell_cost(estimates.cost_of_pages)
        outlines.register("allowance", reservations.ask_for_outline)
        waiting.told_by(snapshots.outline_waits)
        waiting.searches_told_by(recording.is_searching)
        personal_data.register()
        metrics.register()
        for check in watching.CHECKS:
            conditions.register(check)
        readiness.register("providers", watching.providers_answer)
