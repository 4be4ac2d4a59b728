"""Admin pages for models and chains (R-23, R-24, R-32). Every change goes to the audit trail."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.admin.controls import ControlAdmin
from generation.ai import chains, keys
from generation.ai.endings import CHECK_MODEL
from generation.models import AIModel, ChainPlace
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.forms import ModelForm

_LONG = ("long_prompt_tokens", "long_input_price", "long_output_price")


class AIModelForm(ModelForm):
    """A model: nothing may be asked of it that it cannot hold or give (R-25)."""

    class Meta:
        model = AIModel
        fields = (
            "provider",
            "name",
            "input_price",
            "cached_price",
            "cache_write_price",
            "output_price",
            *_LONG,
            "context_tokens",
            "max_output_tokens",
            "ends_on",
            "enabled",
        )
        help_texts = {
            "input_price": gettext_lazy("Euros per million tokens, like every price here."),
            "cached_price": gettext_lazy("Of input that the provider kept from an earlier call. Empty: as input."),
            "cache_write_price": gettext_lazy("Of input that the provider keeps for later calls. Empty: as input."),
            "long_prompt_tokens": gettext_lazy(
                "Tokens of input above which the whole call costs the two prices below. Empty: there is no such limit."
            ),
            "ends_on": gettext_lazy(
                "From this day on it is not asked any more. Every night the providers' lists are read and put it right."
            ),
        }

    def clean(self) -> dict[str, Any]:
        """Says what does not fit, at its field."""
        values = super().clean() or {}
        longest, window = values.get("max_output_tokens"), values.get("context_tokens")
        if longest is not None and window is not None and longest > window:
            self.add_error("max_output_tokens", _("The longest answer cannot be longer than the context window."))
        if longest == 0:
            self.add_error("max_output_tokens", _("A model that answers nothing cannot be asked."))
        new, kept = values.get("input_price"), values.get("cached_price")
        if new is not None and kept is not None and kept > new:
            self.add_error("cached_price", _("Input that was kept never costs more than new input."))
        row = AIModel(
            provider=values.get("provider") or self.instance.provider,
            name=values.get("name") or self.instance.name,
            told_output_tokens=self.instance.told_output_tokens,
            told_context_tokens=self.instance.told_context_tokens,
        )
        self._keep_below("max_output_tokens", longest, row.most_output_tokens)
        self._keep_below("context_tokens", window, row.most_context_tokens)
        given = [name for name in _LONG if values.get(name) is not None]
        if given and len(given) < len(_LONG):
            missing = next(name for name in _LONG if name not in given)
            self.add_error(missing, _("A limit of long prompts and both prices above it belong together."))
        return values

    def _keep_below(self, name: str, value: int | None, told: int | None) -> None:
        if value is not None and told is not None and value > told:
            words = _("The provider says that the model has %(tokens)s tokens at most.")
            self.add_error(name, words % {"tokens": f"{told:,}"})


class PlacesInline(admin.TabularInline):
    """Where the model stands; changed in the list of chains, where the others are to be seen, too."""

    model = ChainPlace
    form = ModelForm
    fields = ("purpose", "position", "effort")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AIModel)
class AIModelAdmin(ControlAdmin):
    """Every model that staff offer, with what it costs and when it ends (R-23, R-25)."""

    form = AIModelForm
    inlines = (PlacesInline,)
    list_display = (
        "__str__", "enabled", "is_there", "ends_on", "input_price", "cached_price", "cache_write_price", "output_price",
    )  # fmt: skip
    list_editable = ("enabled", "input_price", "cached_price", "cache_write_price", "output_price")
    list_filter = ("provider", "enabled")
    search_fields = ("name",)
    ordering = ("provider", "name")
    readonly_fields = ("not_there_since", "told_window", "told_longest_answer")

    def save_model(self, request: HttpRequest, obj: AIModel, form: Any, change: bool) -> None:
        """Saved, with a word about what can hardly be meant."""
        super().save_model(request, obj, form, change)
        if {"provider", "name"} & set(form.changed_data):
            enqueue_on_commit(CHECK_MODEL, str(obj.pk))
        if not obj.input_price or not obj.output_price:
            words = _("%(model)s has a price of 0: what it costs is not counted, and no budget holds it back.")
            self.message_user(request, words % {"model": obj}, messages.WARNING)
        if obj.ends_on is not None and obj.ends_on <= timezone.now().date():
            words = _("The end of %(model)s lies in the past: it is not asked any more.")
            self.message_user(request, words % {"model": obj}, messages.WARNING)

    @admin.display(description=gettext_lazy("not there since"))
    def not_there_since(self, model: AIModel) -> Any:
        return model.gone_since or "–"

    @admin.display(description=gettext_lazy("context window by its provider"))
    def told_window(self, model: AIModel) -> str:
        return _tokens(model.told_context_tokens)

    @admin.display(description=gettext_lazy("longest answer by its provider"))
    def told_longest_answer(self, model: AIModel) -> str:
        return _tokens(model.told_output_tokens)

    @admin.display(description=gettext_lazy("there"), boolean=True)
    def is_there(self, model: AIModel) -> bool:
        return model.gone_since is None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The models, with a warning when they cannot write."""
        if request.method == "GET":
            _warn(request, self)
        return super().changelist_view(request, extra_context)


@admin.register(ChainPlace)
class ChainPlaceAdmin(ControlAdmin):
    """Each purpose's models in the order in which they are asked (R-24): the lowest position first."""

    list_display = ("purpose", "position", "model", "effort", "is_asked")
    list_display_links = ("model",)
    list_editable = ("position", "effort")
    list_filter = ("purpose", "model__provider")
    list_select_related = ("model",)
    ordering = ("purpose", "position", "id")

    @admin.display(description=gettext_lazy("is asked"), boolean=True)
    def is_asked(self, place: ChainPlace) -> bool:
        return place.model.can_be_asked(today=timezone.now().date()) and bool(keys.configured(place.model.provider))

    def get_readonly_fields(self, request: HttpRequest, obj: ChainPlace | None = None) -> tuple[str, ...]:
        return ("purpose", "model") if obj else ()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The chains, with a warning for each that nobody can be asked of, or whose order is a matter of chance."""
        if request.method == "GET":
            _warn(request, self)
            for purpose in chains.with_equal_positions():
                words = _("In the chain of “%(purpose)s” two places have the same position: the older one goes first.")
                self.message_user(request, words % {"purpose": purpose.label}, messages.WARNING)
        return super().changelist_view(request, extra_context)


def _tokens(count: int | None) -> str:
    return _("not told") if count is None else _("%(count)s tokens") % {"count": f"{count:,}"}


def _warn(request: HttpRequest, page: admin.ModelAdmin) -> None:
    for trouble in chains.troubles():
        page.message_user(request, trouble.words, messages.ERROR if trouble.stops_writing else messages.WARNING)
