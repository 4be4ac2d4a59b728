from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GenerationConfig(AppConfig):
    name = "generation"
    verbose_name = _("Generation")

    def ready(self) -> None:
        from billing import gates
        from generation import receivers  # noqa: F401  # connects the signals of the floors below
        from generation.domain import admission

        gates.register("queue", admission.gate)
