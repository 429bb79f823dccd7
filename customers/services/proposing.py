"""Who may be one: pairs of buyers that share a mark, written as proposals for a person to decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection

from core import copying
from customers.keys import MARKS
from customers.models import Proposal

TOO_COMMON = 20
"""What more buyers than this share says nothing of any two of them: a shop's own number, a forwarding address."""

_PROPOSE = """
    WITH touched AS (SELECT unnest(%(touched)s::bigint[]) AS id),
         weights AS (SELECT * FROM unnest(%(kinds)s::text[], %(weights)s::int[]) AS w (kind, weight)),
         asked AS (SELECT DISTINCT m.kind, m.value FROM customers_mark m JOIN touched t ON t.id = m.buyer_id),
         shared AS (
             SELECT m.kind, m.value, array_agg(m.buyer_id) AS buyers
               FROM asked a JOIN customers_mark m ON m.kind = a.kind AND m.value = a.value
              GROUP BY m.kind, m.value HAVING count(*) BETWEEN 2 AND %(common)s
         ),
         pairs AS (
             SELECT f.id AS first_id, s.id AS second_id, s1.kind
               FROM shared s1, unnest(s1.buyers) AS f (id), unnest(s1.buyers) AS s (id)
              WHERE f.id < s.id
         ),
         found AS (
             SELECT p.first_id, p.second_id, least(100, sum(w.weight)) AS score,
                    jsonb_agg(p.kind ORDER BY w.weight DESC, p.kind) AS reasons
               FROM (SELECT DISTINCT * FROM pairs) p JOIN weights w ON w.kind = p.kind
              WHERE p.first_id IN (SELECT id FROM touched) OR p.second_id IN (SELECT id FROM touched)
              GROUP BY p.first_id, p.second_id
         )
    INSERT INTO customers_proposal (first_id, second_id, reasons, score, state, made_at)
    SELECT f.first_id, f.second_id, f.reasons, f.score, %(open)s, %(at)s
      FROM found f
      JOIN customers_buyer a ON a.id = f.first_id
      JOIN customers_buyer b ON b.id = f.second_id
     WHERE a.head_id <> b.head_id
     ORDER BY f.first_id, f.second_id
        ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = excluded.reasons, score = excluded.score
     WHERE customers_proposal.state = %(open)s AND customers_proposal.score <> excluded.score
"""


def propose(buyer_ids: pl.Series, *, at: datetime) -> None:
    """Propose what these share with others. What was proposed before keeps its answer, and is not asked again."""
    asked: dict[str, Any] = {
        "touched": copying.array(buyer_ids),
        "kinds": list(MARKS),
        "weights": [kind.weight for kind in MARKS.values()],
        "common": TOO_COMMON,
        "open": Proposal.OPEN,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE, asked)
