"""/metrics for Prometheus: the figures of bot.figures, the same whichever process is asked.

Open to the machine itself, or to whoever sends RETTVIS_METRICS_TOKEN as a bearer token; what a proxy forwards (a header
says so) is for others, and needs the token.
"""

import hmac
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import accumulate

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.figures import Figures, figures
from bot.records.tables import now
from connectors.api import Here

router = APIRouter(include_in_schema=False)
LATENCIES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
WAITS = (60.0, 300.0, 600.0, 1_800.0, 3_600.0, 14_400.0)


@router.get("/metrics")
def metrics(request: Request, here: Here) -> Response:
    """The figures of now. In a thread: the first time after a start all needs are read, and conversations go on."""
    _let_in(request)
    with here.database.reading() as session:
        found = figures(session, now())
    registry = CollectorRegistry()
    registry.register(_Told(found))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _let_in(request: Request) -> None:
    token = os.environ.get("RETTVIS_METRICS_TOKEN", "")
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(sent.encode(), token.encode()):
        return
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip"} & set(request.headers)
    here = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    if forwarded or not here:
        raise HTTPException(HTTPStatus.FORBIDDEN, "These figures are for those who run this.")


class _Told(Collector):
    def __init__(self, found: Figures) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found = self._found
        yield _counts("rettvis_messages", "Messages of the last hour", ("channel", "author"), found.messages)
        yield _histogram(
            "rettvis_answer_seconds", "From a message to its answer, last hour", found.latencies, LATENCIES
        )
        yield _counts("rettvis_unanswered_messages", "Messages without an answer yet", (), [(found.unanswered,)])
        yield _counts("rettvis_open_handoffs", "Open handoffs", ("state",), found.handoffs)
        yield _histogram("rettvis_handoff_wait_seconds", "From asking to take-over, last hour", found.waits, WAITS)
        yield _counts("rettvis_refusals", "Needs without an answer, where not rare", ("language",), found.refusals)
        yield _counts("rettvis_sms", "SMS to phones", ("state",), found.sms)


def _counts(name: str, about: str, labels: Sequence[str], rows: Sequence[tuple[str | int, ...]]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for *values, number in rows:
        family.add_metric([str(each) for each in values], float(number))
    return family


def _histogram(name: str, about: str, seconds: Sequence[float], bounds: Sequence[float]) -> Metric:
    counts = [0] * (len(bounds) + 1)
    for each in seconds:
        counts[bisect_left(bounds, each)] += 1
    names = [*(str(bound) for bound in bounds), "+Inf"]
    buckets = [(bound, float(number)) for bound, number in zip(names, accumulate(counts), strict=True)]
    return GaugeHistogramMetricFamily(name, about, buckets=buckets, gsum_value=sum(seconds))
