"""One at a time in a client's buyers; and what is derived for a tree of merged buyers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/buyers', 0))"

_HEADS = """
    WITH RECURSIVE tree AS (
        SELECT id, id AS head FROM customers_buyer WHERE id = ANY(%s) AND merged_into_id IS NULL
         UNION ALL
        SELECT b.id, t.head FROM customers_buyer b JOIN tree t ON b.merged_into_id = t.id
    )
    UPDATE customers_buyer b SET head_id = t.head FROM tree t WHERE b.id = t.id AND b.head_id <> t.head
"""

_LATEST = """
    UPDATE customers_buyer b SET latest_order_at = found.latest
      FROM (SELECT head_id, max(last_order_at) AS latest FROM customers_buyer
             WHERE head_id = ANY(%s) GROUP BY head_id) found
     WHERE b.id = found.head_id AND b.latest_order_at <> found.latest
"""


def take_turn() -> None:
    """Wait until nobody else writes in this client's buyers, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def settle(tops: Sequence[int]) -> None:
    """Write who is the head of the buyers below these, which are merged into nobody, and when they ordered last."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [list(tops)])
        cursor.execute(_LATEST, [list(tops)])
