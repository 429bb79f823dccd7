"""What Prometheus reads: requests, jobs, queue. Labels name routes, kinds and tasks, never people or orders."""

from __future__ import annotations

import contextlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils import timezone

# One process answers the scrape for all: they share their figures in files of this folder.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.METRICS_DIR))
FOLDER = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
FOLDER.mkdir(parents=True, exist_ok=True)

from prometheus_client import (  # noqa: E402 (it asks for the folder when it is imported)
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from core import scope  # noqa: E402
from core.jobs.models import Job  # noqa: E402
from operations.models import WorkItem  # noqa: E402
from tenants.doors import public  # noqa: E402

REQUESTS = Counter("portal_requests_total", "Requests served.", ["side", "route", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "How long requests took.",
    ["side", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


def count_request(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count one answered request."""
    match = request.resolver_match
    route = match.route if match else "none"
    side = getattr(request, "side", "none")
    REQUESTS.labels(side, route, request.method, response.status_code).inc()
    SECONDS.labels(side, route).observe(seconds)


class Backlog:
    """What waits, counted in the database when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        with scope.operator():
            yield _gauge("portal_jobs", "Jobs by task and state.", ["task", "state"], _jobs())
            yield _gauge("portal_oldest_job_seconds", "How long the oldest due job has waited.", [], _oldest_job())
            yield _gauge("portal_work_items", "Open work by kind and state.", ["kind", "state"], _work_items())


def _gauge(name: str, words: str, labels: list[str], values: list[tuple[list[str], float]]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, words, labels=labels)
    for label_values, value in values:
        gauge.add_metric(label_values, value)
    return gauge


def _jobs() -> list[tuple[list[str], float]]:
    rows = Job.objects.exclude(state=Job.DONE).values_list("task", "state").annotate(Count("pk"))
    return [([task, state], float(count)) for task, state, count in rows]


def _oldest_job() -> list[tuple[list[str], float]]:
    now = timezone.now()
    since = Job.objects.filter(state=Job.WAITING, run_at__lte=now).aggregate(since=Min("run_at"))["since"]
    return [([], (now - since).total_seconds() if since else 0.0)]


def _work_items() -> list[tuple[list[str], float]]:
    rows = WorkItem.objects.filter(state__in=[WorkItem.OPEN, WorkItem.CLAIMED]).values_list("kind", "state")
    return [([kind, state], float(count)) for kind, state, count in rows.annotate(Count("pk"))]


@public
def page(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever holds METRICS_TOKEN; without one set, for programs on this machine."""
    if not _may_read(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Backlog())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not forwarded


def forget_the_dead() -> None:
    """Take away the figures of processes that are gone; counters begin anew, which Prometheus expects."""
    for path in FOLDER.glob("*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if not Path("/proc", pid).exists():
            with contextlib.suppress(FileNotFoundError):
                path.unlink()


forget_the_dead()
