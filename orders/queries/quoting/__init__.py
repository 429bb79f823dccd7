"""What pages, papers and notices ask about inquiries, quotes and contracts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from orders.models import QuoteLine, QuoteSettings, QuoteVersion
from orders.quoting import Terms, Wanted


def settings() -> QuoteSettings:
    """What quotes of the client at hand begin with; the usual where nobody has chosen."""
    return QuoteSettings.objects.first() or QuoteSettings()


def with_lines(versions: QuerySet[QuoteVersion]) -> QuerySet[QuoteVersion]:
    """The versions with their quotes and, in order, their lines: two queries."""
    lines = Prefetch("lines", QuoteLine.objects.order_by("position"))
    return versions.select_related("quote").prefetch_related(lines)


def wanted(version: QuoteVersion) -> list[Wanted]:
    """The lines of a version loaded by `with_lines`, as the rules know them."""
    return [wanted_of(line) for line in version.lines.all()]


def wanted_of(line: QuoteLine) -> Wanted:
    """A stored line as the rules know it."""
    return Wanted(line.sku, line.name, line.quantity, line.unit_price, line.unit, line.tax_rate, line.discount)


def terms(version: QuoteVersion) -> Terms:
    """The terms of a version as the rules know them."""
    return Terms(version.valid_until, version.delivery_time, version.payment, version.postage, version.notes)


def before(versions: Iterable[QuoteVersion], version: QuoteVersion) -> QuoteVersion | None:
    """Of the versions of a quote, the last one that the buyer saw before this one."""
    seen = [one for one in versions if one.version < version.version and one.sent_at]
    return max(seen, key=lambda one: one.version, default=None)
