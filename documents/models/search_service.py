"""Search services as they answered last."""

from django.db import models


class SearchService(models.Model):
    """When a search service was asked, when it answered last, and since when it does not; renewed once a minute."""

    name = models.CharField(max_length=32, primary_key=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    #: One word: busy, resting, silent, refused, unreadable.
    failure = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name
