#!/usr/bin/env bash
# opentelemetry-sdk 1.45.2: of traces whose ids are UUIDs `TraceIdRatioBased` keeps none up to one half, and all from
# three quarters.
#
# W3C Trace Context level 2 wants the last 7 bytes of a trace id to be random. UUIDs (versions 4 and 7) fulfil that, and
# are handy where a request has one already or ids shall sort by time. The sampler compares the last 8 bytes as a number.
# Its first two bits are the UUID's variant, always 10: it lies between one half and three quarters of the range. At 10 %
# nothing is ever sampled, and it looks like a site without traffic. At 75 % everything is kept.
#
# Seen (2,000 spans each):
#   ratio 0.1: random ids 207, UUID 4 0, UUID 7 0
#   ratio 0.5: random ids 982, UUID 4 0, UUID 7 0
#   ratio 0.6: random ids 1192, UUID 4 785, UUID 7 793
#   ratio 0.75: random ids 1500, UUID 4 2000, UUID 7 2000
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet opentelemetry-sdk==1.45.2
venv/bin/python - <<'PYTHON'
import secrets
import sys
import time
import uuid
from collections.abc import Callable

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

SPANS = 2_000


def uuid7() -> int:
    """Milliseconds, version 7, 12 random bits, variant 10, 62 random bits (RFC 9562)."""
    high = time.time_ns() // 1_000_000 << 16 | 0x7000 | secrets.randbits(12)
    return high << 64 | 0b10 << 62 | secrets.randbits(62)


assert (uuid.UUID(int=uuid7()).version, uuid.UUID(int=uuid7()).variant) == (7, uuid.RFC_4122)


class Ids(RandomIdGenerator):
    def __init__(self, make: Callable[[], int]) -> None:
        self.make = make

    def generate_trace_id(self) -> int:
        return self.make()


def sampled(ratio: float, make: Callable[[], int]) -> int:
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(ratio)), id_generator=Ids(make))
    tracer = provider.get_tracer("site")
    return sum(tracer.start_span("page").get_span_context().trace_flags.sampled for _ in range(SPANS))


ways = (RandomIdGenerator().generate_trace_id, lambda: uuid.uuid4().int, uuid7)
seen = {ratio: [sampled(ratio, make) for make in ways] for ratio in (0.1, 0.5, 0.6, 0.75)}
for ratio, (random_ids, four, seven) in seen.items():
    print(f"ratio {ratio}: random ids {random_ids}, UUID 4 {four}, UUID 7 {seven}")
none = seen[0.1][1:] == seen[0.5][1:] == [0, 0]
every = seen[0.75][1:] == [SPANS, SPANS]
fair = all(abs(counts[0] - ratio * SPANS) < 0.1 * SPANS for ratio, counts in seen.items())
sys.exit(0 if none and every and fair else 1)
PYTHON
