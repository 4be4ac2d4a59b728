"""Example requests and responses for the API description of jobs."""

from typing import Final

from generation.api.stats import StatsSerializer
from generation.editing.serializers import (
    DisclosureSerializer,
    LeftNoteSerializer,
    LookedOverSerializer,
    RewritingSerializer,
    SectionTextSerializer,
    TakeSerializer,
    TypedTextSerializer,
    VersionSerializer,
)
from generation.serializers import (
    BegunSerializer,
    JobStatusSerializer,
    OfferedSerializer,
    ProgressSerializer,
    StateSerializer,
    WholeOrderSerializer,
    WishSerializer,
    WriterSerializer,
)
from tesigo.platform.api.examples import give

_ID: Final = "6f1c0c1e-2a34-4c0e-9a5b-0f6b1f0d7c11"
_JOB: Final = "0d1c9a7e-5b0f-4f7c-8d53-7f6c2f1b9e42"
_DIGEST: Final = "5f70bf18" * 8
_AT: Final = "2026-11-29T10:00:00Z"
_PAGE: Final = f"https://tesigo.example/documents/{_ID}/price/"

give(
    {
        WholeOrderSerializer: {
            "title": "How lighthouses were kept",
            "kind": "seminar",
            "language": "en",
            "pages": 12,
            "requirements": "Compare two countries.",
        },
        SectionTextSerializer: {"revision": 3, "text": "The lamps were lit at dusk [@bell1911, p. 12]."},
        VersionSerializer: {
            "revision": 3,
            "reason": "edited",
            "name": "Before the supervisor read it",
            "created_at": _AT,
        },
        RewritingSerializer: {
            "id": _JOB,
            "wish": "plainer",
            "words": "",
            "source": "",
            "paragraphs": [1, 2],
            "revision": 3,
            "state": "offered",
            "text": "The lamps were lit at dusk [@bell1911, p. 12].",
            "body_pages": "11.80",
            "is_over": False,
            "models": ["gpt-6.1-terra"],
            "failure": "",
            "created_at": _AT,
        },
        TakeSerializer: {"revision": 3},
        DisclosureSerializer: {
            "id": _JOB,
            "words": "Two citations of the second section are gone.",
            "given_at": _AT,
            "ends_at": "2026-12-13T10:00:00Z",
            "withdrawn_at": None,
            "is_open": True,
            "looks": [{"at": "2026-11-30T08:12:00Z", "is_file": False}],
        },
        TypedTextSerializer: {"text": "The lamps of the the tower were lit at dusk [@bell1911, p. 12]."},
        LeftNoteSerializer: {"kind": "slip", "digest": _DIGEST},
        LookedOverSerializer: {
            "pages": "11.8",
            "paid": "12.00",
            "sections": [
                {
                    "id": _ID,
                    "number": "2.1",
                    "title": "Lamps",
                    "notes": [
                        {
                            "kind": "slip",
                            "digest": _DIGEST,
                            "sentence": "The lamps of the the tower were lit at dusk [@bell1911, p. 12].",
                            "paragraph": 0,
                            "start": 0,
                            "end": 63,
                            "words": "the the",
                            "why": "“the” stands twice.",
                            "help": "Correct it, or leave it where it is meant like that.",
                        }
                    ],
                    "left": 0,
                }
            ],
        },
        WishSerializer: {"document_id": _ID, "wish": "more about the history"},
        BegunSerializer: {
            "job_id": _JOB,
            "document_id": _ID,
            "status": "queued",
            "check_url": f"https://tesigo.example/api/v1/jobs/{_JOB}/status",
            "payment_url": _PAGE,
        },
        JobStatusSerializer: {
            "job_id": _JOB,
            "kind": "order",
            "document_id": _ID,
            "document_state": "outlined",
            "status": "waiting",
            "progress": 0,
            "waits_for": {
                "what": "payment",
                "detail": "The outline is ready. It is written once its owner has paid.",
                "since": None,
                "until": None,
                "latest": None,
            },
            "payment_url": _PAGE,
            "left": None,
            "failure": "",
            "created_at": _AT,
            "started_at": None,
            "finished_at": None,
        },
        WriterSerializer: {
            "model": "claude-sonnet-5-5",
            "is_chosen": True,
            "offered": ["gpt-6.1-terra", "claude-sonnet-5-5"],
        },
        OfferedSerializer: {"name": "gpt-6.1-terra", "provider": "openai"},
        StateSerializer: {"document_id": _ID, "state": "outlined"},
        ProgressSerializer: {
            "document": _ID,
            "title": "Keeping the Light",
            "state": "writing",
            "label": "being written",
            "failure": "",
            "percent": 42,
            "place": None,
            "waits": None,
            "stages": [{"stage": "write", "label": "Writing the sections", "state": "now", "share": 60}],
            "sections": [{"id": _ID, "number": "1", "title": "Introduction", "state": "writing", "seconds": 12}],
            "left": {"low": 120, "high": 240, "low_minutes": 2, "high_minutes": 4},
            "refund": None,
        },
        StatsSerializer: {
            "tokens": {"total": 1_250_000, "average": 61_000, "documents": 20},
            "jobs": {
                "outline": {"queued": 0, "running": 1, "succeeded": 31, "failed": 1},
                "sources": {"queued": 0, "running": 0, "succeeded": 30, "failed": 0},
                "document": {"queued": 2, "running": 3, "succeeded": 20, "failed": 0},
                "rewriting": {"queued": 0, "running": 1, "succeeded": 12, "failed": 2},
            },
            "revenue": {"gross": "120.00", "back": "6.00", "net": "114.00"},
        },
    }
)
