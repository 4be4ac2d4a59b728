from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = _("Generation")

    def ready(self) -> None:
        from billing import gates
        from generation import personal_data, receivers  # noqa: F401  # receivers listen once they are imported
        from generation.domain import admission, estimates

        gates.register("queue", admission.gate)
        gates.tell_cost(estimates.cost_of_pages)
        personal_data.register()
