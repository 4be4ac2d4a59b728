"""What documents say upward. Sent on commit, carrying ids only."""

from django.dispatch import Signal

#: Sent when an outline is wanted. Keyword arguments: ``document_id: UUID``.
outline_requested = Signal()
#: Sent when there is an outline, or another one, or another wish to search: sources may be looked for.
#: Keyword arguments: ``document_id: UUID``.
outline_settled = Signal()
#: Sent when a draft is thrown away: nothing more is made for it. Keyword arguments: ``document_id: UUID``.
draft_thrown_away = Signal()
