"""Items follow the facts: opened where work is wanted, closed where it is not any more.

Subscribers of the clients' events, run in the client's scope and transaction. They do not trust the event's name for
what there is to do: whatever happened to an order, its items are made to agree with its facts, all at once.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection

from core import copying, scope
from core.events import Told
from operations.kinds import KINDS, LATE_ANSWERS, LATE_TASKS, OUR_DECISIONS, OUR_HOLDS, WAITING, Kind, done_by
from operations.models import Rank
from operations.services.pooling import REFILL
from orders.lifecycle import STAGES
from orders.queries.facts import ORDER_FACTS_SQL

_STAGE = " ".join(f"WHEN '{state}' THEN {number}" for state, number in STAGES.items())

# Counted only where the facts say that there are any; shipments by the index on their order, however many there are.
_FACTS = f"""
    o AS MATERIALIZED (
        SELECT facts.*,
               CASE WHEN facts.holds > 0 THEN
                    (SELECT count(*) FROM orders_hold h WHERE h.order_id = facts.id AND h.released_at IS NULL
                        AND h.party IN ('operator', 'carrier', 'supplier')) ELSE 0 END AS {OUR_HOLDS},
               CASE WHEN facts.exceptions > 0 THEN
                    (SELECT count(*) FROM orders_orderexception e WHERE e.order_id = facts.id AND e.closed_at IS NULL
                        AND e.decider IN ('operator', 'supplier')) ELSE 0 END AS {OUR_DECISIONS}
          FROM ({ORDER_FACTS_SQL}) facts
    ),
    s AS MATERIALIZED (
        SELECT s.id, s.order_id, s.position, CASE s.state {_STAGE} END AS stage,
               (s.handed_over_at IS NOT NULL)::int AS handed_over, o.holds, o.exceptions, o.cancel_requests,
               o.change_requests
          FROM o CROSS JOIN LATERAL (SELECT * FROM orders_shipment WHERE order_id = o.id OFFSET 0) s
    )
"""  # noqa: S608 (made of the lifecycle's own words)

_QUESTIONS = f"""
    q AS MATERIALIZED (
        SELECT q.id, t.order_id, coalesce(o.number, t.subject) AS title, (q.ended_at IS NULL)::int AS {WAITING}
          FROM orders_question q JOIN orders_thread t ON t.id = q.thread_id
          LEFT JOIN orders_order o ON o.id = t.order_id
         WHERE q.id = ANY(%(ids)s)
    )
"""  # noqa: S608 (our own words)
_SUPPLIES = f"""
    u AS MATERIALIZED (
        SELECT u.id, u.overdue, p.name,
               CASE u.overdue WHEN 'answer' THEN u.answer_by
                              WHEN 'declined' THEN (u.declined_at AT TIME ZONE %(zone)s)::date
                              ELSE coalesce(u.expected_on, u.asked_on) END AS last_day,
               (u.overdue <> '' AND p.chased_by = 'operator')::int AS {WAITING}
          FROM orders_supply u JOIN orders_supplier p ON p.id = u.supplier_id
         WHERE u.id = ANY(%(ids)s)
    )
"""  # noqa: S608 (our own words)
# Of an order its own items and those of its shipments; of a question its own, found by the index on their order.
_ITEMS_OF_ORDERS = "i.order_id = ANY(%(ids)s) AND i.subject_kind IN ('order', 'shipment')"
_ITEMS_OF_QUESTIONS = """i.subject_kind = 'question' AND i.subject_id = ANY(%(ids)s)
           AND (i.order_id IS NULL OR i.order_id IN (SELECT order_id FROM q))"""

_ITEMS_OF_SUPPLIES = "i.subject_kind = 'supply' AND i.subject_id = ANY(%(ids)s) AND i.order_id IS NULL"

_PROJECTS = f"""
    p AS MATERIALIZED (
        SELECT p.id, p.subject AS title, t.{LATE_TASKS}, a.{LATE_ANSWERS}, t.task_due, a.answer_due
          FROM projects_project p
         CROSS JOIN LATERAL (
               SELECT count(*) AS {LATE_TASKS}, min(plan_end) AS task_due FROM projects_task
                WHERE project_id = p.id AND late_at IS NOT NULL AND done_at IS NULL AND p.cancelled_at IS NULL
               ) t
         CROSS JOIN LATERAL (
               SELECT count(*) AS {LATE_ANSWERS}, min(a.answer_by) AS answer_due
                 FROM projects_acceptance a JOIN projects_milestone m ON m.id = a.milestone_id
                WHERE m.project_id = p.id AND a.late_at IS NOT NULL AND a.answered_at IS NULL
                  AND a.withdrawn_at IS NULL
               ) a
         WHERE p.id = ANY(%(ids)s)
    )
"""  # noqa: S608 (our own words)
_ITEMS_OF_PROJECTS = "i.subject_kind = 'project' AND i.subject_id = ANY(%(ids)s) AND i.order_id IS NULL"
_DAY_OF = {"catch_up": "p.task_due", "remind": "p.answer_due"}

_REASONS = (
    "(SELECT string_agg(DISTINCT v.reason, ',' ORDER BY v.reason) FROM {table} v WHERE v.order_id = o.id AND {open})"
)
_OF_KIND = _REASONS.replace("v.reason", "v.kind")
_HINTS = {
    "verify": _REASONS.format(table="orders_verification", open="v.answered_at IS NULL"),
    "resolve": _REASONS.format(
        table="orders_hold", open="v.released_at IS NULL AND v.party IN ('operator', 'carrier', 'supplier')"
    ),
    "decide": _OF_KIND.format(table="orders_orderexception", open="v.closed_at IS NULL"),
    "change": _OF_KIND.format(table="orders_changerequest", open="v.state = 'asked'"),
}
_UNITS = {
    "order": "o.open - o.shipped",
    "shipment": "(SELECT sum(l.quantity) FROM orders_shipmentline l WHERE l.shipment_id = s.id)",
}
_FIRST_ITEM = "coalesce((SELECT l.name FROM orders_line l WHERE l.order_id = f.id ORDER BY l.position LIMIT 1), '')"
_DUE = {
    "decide": "(SELECT min(e.decide_by) FROM orders_orderexception e WHERE e.order_id = f.id AND e.closed_at IS NULL"
    " AND e.decider IN ('operator', 'supplier'))",
    "change": "(SELECT min(r.answer_by) FROM orders_changerequest r WHERE r.order_id = f.id AND r.state = 'asked')",
    "return": "(SELECT min(c.due_at) FROM sla_clock c JOIN sla_promiseversion p ON p.id = c.promise_id"
    " WHERE c.order_id = f.id AND c.stopped_at IS NULL AND p.definition->>'metric' = 'inspect_return')",
    "ship": "CASE WHEN f.ship_on IS NULL THEN f.ship_due_at ELSE"
    " greatest(f.ship_due_at, (f.ship_on + 1)::timestamp AT TIME ZONE %(zone)s) END",
    "verify": "coalesce((SELECT min(c.due_at) FROM sla_clock c JOIN sla_promiseversion p ON p.id = c.promise_id"
    " WHERE c.order_id = f.id AND c.stopped_at IS NULL AND p.definition->>'metric' = 'verify'), f.ship_due_at)",
}


_RECEIVED = f"""
    INSERT INTO operations_workitem
           (client, kind, subject_kind, subject_id, order_id, title, units, priority, due_at, created_at)
    SELECT %(client)s, 'release', 'order', t.id, t.id, t.title, t.units, t.priority, t.due, %(at)s
      FROM unnest(%(ids)s::bigint[], %(titles)s::text[], %(units)s::int[], %(priorities)s::smallint[],
                  %(due)s::timestamptz[])
           AS t (id, title, units, priority, due);
    INSERT INTO operations_refill (client, kind, rank, item_id)
    SELECT %(client)s, 'release', {Rank.template}, 0
      FROM (VALUES (%(earliest)s::timestamptz, %(highest)s::smallint)) AS first (due_at, priority)
"""  # noqa: S608 (our own words)
FREE_TO_GO = ("received", "scheduled")
"""The phases in which a new order waits for nothing but its release."""


def open_received(told: Told) -> None:
    """Open the release of new orders, from what the event says of them and without asking for their facts again.

    What has to be checked first follows with order.verification_opened, and what is missing with order.supply_needed.
    """
    free = told.frame.filter(pl.col("phase").is_in(FREE_TO_GO), pl.col("to_source") <= 0)
    if free.is_empty():
        return
    due = free["ship_due_at"].cast(pl.Datetime("us", "UTC"))
    parameters: dict[str, Any] = {
        "ids": copying.array(free["order_id"]),
        "titles": copying.array(free["title"]),
        "units": copying.array(free["units"]),
        "priorities": copying.array(free["priority"]),
        "highest": free["priority"].max(),
        "due": copying.array(due),
        "earliest": due.min(),
        "client": scope.current_client(),
        "at": _latest(free),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, parameters)


def follow(told: Told) -> None:
    """Make the items of these orders agree with their facts. Done, where this event shows the work done, else void."""
    _agree(told, told.frame["order_id"].unique().to_list(), _for_orders())


def follow_question(told: Told) -> None:
    """The same for the questions that clients ask in threads."""
    _agree(told, told.frame["question_id"].unique().to_list(), _for_questions())


def follow_supply(told: Told) -> None:
    """The same for orders to suppliers that do not answer or deliver."""
    _agree(told, told.frame["subject_id"].unique().to_list(), _for_supplies())


def follow_project(told: Told) -> None:
    """The same for what is late of service projects."""
    _agree(told, told.frame["subject_id"].unique().to_list(), _for_projects())


def _agree(told: Told, ids: list[int], statement: str) -> None:
    actor = told.actor
    person = int(actor.id) if actor.kind == "person" and actor.id.isdigit() else None
    parameters: dict[str, Any] = {
        "ids": ids,
        "client": scope.current_client(),
        "at": _latest(told.frame),
        "done": done_by(told.name),
        "person": person,
        "name": actor.name,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _latest(frame: pl.DataFrame) -> datetime:
    latest = frame["at"].max()
    assert isinstance(latest, datetime)
    return latest


@cache
def _for_orders() -> str:
    wanted = [_wanted(kind) for kind in KINDS.values() if kind.subject in ("order", "shipment")]
    return _reconciliation(_FACTS, wanted, _ITEMS_OF_ORDERS)


@cache
def _for_questions() -> str:
    wanted = [_wanted_question(kind) for kind in KINDS.values() if kind.subject == "question"]
    return _reconciliation(_QUESTIONS, wanted, _ITEMS_OF_QUESTIONS)


@cache
def _for_supplies() -> str:
    wanted = [_wanted_supply(kind) for kind in KINDS.values() if kind.subject == "supply"]
    return _reconciliation(_SUPPLIES, wanted, _ITEMS_OF_SUPPLIES)


@cache
def _for_projects() -> str:
    wanted = [_wanted_project(kind) for kind in KINDS.values() if kind.subject == "project"]
    return _reconciliation(_PROJECTS, wanted, _ITEMS_OF_PROJECTS)


def _reconciliation(facts: str, kinds: list[str], items: str) -> str:
    """Opens and closes in one statement; both see the items as they stood before."""
    wanted = " UNION ALL ".join(kinds)
    opened = """
        INSERT INTO operations_workitem
               (client, kind, subject_kind, subject_id, order_id, title, hint, units, priority, due_at, created_at)
        SELECT %(client)s, kind, subject_kind, subject_id, order_id, title, hint, units, priority, due_at, %(at)s
          FROM wanted
            ON CONFLICT (client, order_id, kind, subject_id) WHERE state IN ('open', 'claimed')
            DO UPDATE SET hint = EXCLUDED.hint, units = EXCLUDED.units, due_at = EXCLUDED.due_at
                    WHERE (operations_workitem.hint, operations_workitem.units, operations_workitem.due_at)
                          IS DISTINCT FROM (EXCLUDED.hint, EXCLUDED.units, EXCLUDED.due_at)
        RETURNING client, kind, rank, id, state"""
    # Locked in the order of their ids, as everywhere: two who close or hand on the same items wait, and do not die.
    closing = f"""
        SELECT i.id FROM operations_workitem i
         WHERE i.client = %(client)s AND {items} AND i.state IN ('open', 'claimed')
           AND NOT EXISTS (SELECT FROM wanted w WHERE w.kind = i.kind AND w.subject_id = i.subject_id)
         ORDER BY i.id FOR NO KEY UPDATE OF i"""  # noqa: S608 (our own words)
    closed = """
        UPDATE operations_workitem i
           SET state = CASE WHEN i.kind = ANY(%(done)s) THEN 'done' ELSE 'void' END, finished_at = %(at)s,
               holder_id = CASE WHEN i.kind = ANY(%(done)s) THEN coalesce(%(person)s, i.holder_id) ELSE i.holder_id END,
               holder_name = CASE WHEN i.kind = ANY(%(done)s) THEN %(name)s ELSE i.holder_name END
          FROM closing WHERE i.id = closing.id"""
    return f"""
        WITH {facts}, wanted AS MATERIALIZED ({wanted}), closing AS MATERIALIZED ({closing}), closed AS ({closed}),
             opened AS ({opened})
        {REFILL.format(entered="opened")}"""


def _wanted(kind: Kind) -> str:
    table = "o" if kind.subject == "order" else "s"
    hint = _HINTS.get(kind.code, "''") if kind.subject == "order" else "s.position::text"
    return f"""
        SELECT '{kind.code}' AS kind, '{kind.subject}' AS subject_kind, {table}.id AS subject_id, f.id AS order_id,
               left(f.number || ' ' || {_FIRST_ITEM}, 120) AS title, left(coalesce({hint}, ''), 100) AS hint,
               greatest(coalesce({_UNITS[kind.subject]}, 0), 0)::int AS units,
               ({kind.priority} + f.priority)::smallint AS priority, {_DUE[kind.promise]} AS due_at
          FROM {table} JOIN orders_order f ON f.id = {table}.{"id" if table == "o" else "order_id"}
         WHERE {kind.wanted.sql(table)}"""  # noqa: S608 (made of our own tables of words)


def _wanted_question(kind: Kind) -> str:
    return f"""
        SELECT '{kind.code}' AS kind, 'question' AS subject_kind, q.id AS subject_id, q.order_id,
               left(q.title, 120) AS title, '' AS hint, 0 AS units, {kind.priority} AS priority,
               (SELECT min(c.due_at) FROM sla_clock c WHERE c.question_id = q.id AND c.stopped_at IS NULL) AS due_at
          FROM q WHERE {kind.wanted.sql("q")}"""  # noqa: S608 (made of our own tables of words)


def _wanted_supply(kind: Kind) -> str:
    return f"""
        SELECT '{kind.code}' AS kind, 'supply' AS subject_kind, u.id AS subject_id, NULL::bigint AS order_id,
               left('S-' || lpad(u.id::text, 6, '0') || ' ' || u.name, 120) AS title, u.overdue AS hint, 0 AS units,
               {kind.priority}::smallint AS priority,
               (u.last_day + 1)::timestamp AT TIME ZONE %(zone)s AS due_at
          FROM u WHERE {kind.wanted.sql("u")}"""  # noqa: S608 (made of our own tables of words)


def _wanted_project(kind: Kind) -> str:
    """Due at the end of the earliest day that has passed."""
    late = f"(({_DAY_OF[kind.code]} + 1)::timestamp AT TIME ZONE %(zone)s)"
    return f"""
        SELECT '{kind.code}' AS kind, 'project' AS subject_kind, p.id AS subject_id, NULL::bigint AS order_id,
               left('P-' || lpad(p.id::text, 5, '0') || ' ' || p.title, 120) AS title, '' AS hint, 0 AS units,
               {kind.priority} AS priority, {late} AS due_at
          FROM p WHERE {kind.wanted.sql("p")}"""  # noqa: S608 (made of our own tables of words)


_MOVE_DUE = """
    WITH moved AS (
        UPDATE operations_workitem i SET due_at = t.due
          FROM unnest(%(orders)s::bigint[], %(metrics)s::text[], %(due)s::timestamptz[]) AS t (order_id, metric, due)
         WHERE i.client = %(client)s AND i.order_id = t.order_id AND i.state IN ('open', 'claimed')
           AND i.kind = ANY(CASE t.metric WHEN 'verify' THEN %(verify)s::text[] ELSE %(ship)s::text[] END)
           AND i.due_at IS DISTINCT FROM t.due
        RETURNING i.client, i.kind, i.rank, i.id, i.state
    )"""


def move_due(told: Told) -> None:
    """A pause has moved what was promised: the items of these orders move with it."""
    frame = told.frame.filter(pl.col("metric").is_in(["verify", "ship"])).unique(["order_id", "metric"], keep="last")
    parameters: dict[str, Any] = {
        "orders": frame["order_id"].to_list(),
        "metrics": frame["metric"].to_list(),
        "due": frame["due_at"].to_list(),
        "client": scope.current_client(),
        **{name: [kind.code for kind in KINDS.values() if kind.promise == name] for name in ("verify", "ship")},
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_DUE + REFILL.format(entered="moved"), parameters)
