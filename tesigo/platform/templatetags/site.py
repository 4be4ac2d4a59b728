"""The facts of the site for templates that are rendered without a request: those of errors."""

from django import template

from tesigo.platform import site

register = template.Library()


@register.simple_tag
def site_facts() -> dict[str, str]:
    """As `site.facts`; asks nobody, so that it cannot fail where everything else does."""
    return site.facts()
