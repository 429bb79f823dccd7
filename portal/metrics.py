"""What Prometheus reads: requests, jobs, queue. Labels name routes, never people or orders."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("portal_requests_total", "Requests served.", ["side", "route", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds",
    "How long requests took.",
    ["side", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)


def count_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count one answered request."""
    match = request.resolver_match
    route = match.route if match else "none"
    side = getattr(request, "side", "none")
    REQUESTS.labels(side, route, request.method, response.status_code).inc()
    SECONDS.labels(side, route).observe(seconds)
