"""What buyers ordered, as the customers' package asks it (customers.ports)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from customers.ports import OrderFigures, OrderRow
from orders.lifecycle import BY_CODE
from orders.models import Order
from orders.queries.naming import Side, phase_names

_FIGURES = """
    SELECT b.head_id, count(*), coalesce(sum(o.total) FILTER (WHERE o.phase <> 'cancelled'), 0),
           min(o.ordered_at), max(o.ordered_at)
      FROM customers_buyer b JOIN orders_order o ON o.buyer_id = b.id
     WHERE b.head_id = ANY(%s) GROUP BY b.head_id
"""


def figures(heads: Sequence[int]) -> Mapping[int, OrderFigures]:
    """What the buyers under each of these heads ordered. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [list(heads)])
        return {head: OrderFigures(*rest) for head, *rest in cursor.fetchall()}


def history(head: int, side: Side, limit: int) -> Sequence[OrderRow]:
    """The newest orders under a head, as the reader calls their phases."""
    names = phase_names(side)
    orders = Order.objects.filter(buyer__head=head).select_related("channel").order_by("-ordered_at", "-id")[:limit]
    return [
        OrderRow(
            pk=order.pk,
            number=order.number,
            channel=order.channel.name,
            ordered_at=order.ordered_at,
            ship_to=order.ship_name,
            total=order.total,
            state=names[order.phase],
            tone=BY_CODE[order.phase].tone,
        )
        for order in orders
    ]
