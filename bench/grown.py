"""A client that has grown: orders of four months with all that hangs on them, written in sets in a minute or two.

Towns are real, and most buyers order more than once. What is old is done; of the last eight days much is open: waiting,
held, to be looked at, to be paid, in the warehouse. Phases agree with the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

import polars as pl
import psycopg

from bench import ground
from core import scope
from core.events import SYSTEM, Told
from core.text import search_keys
from integrations.channels.people import People
from operations.services import follow
from orders.models import Channel, Order
from sla.services import start

LINES_PER_ORDER = 29 / 14
CHANNELS = ("nextengine", "rakuten", "yahoo", "shopify", "base")
DAYS = 120
OPEN_PHASES = (
    "received", "preparing", "verifying", "held", "awaiting_payment", "scheduled", "awaiting_stock",
)  # fmt: skip
PEOPLE = 20_000
ITEMS_AT_ONCE = 20_000

_ROLL = "((hashint8extended({of}, {salt}) & 2147483647) %% {sides})::int"


def _roll(salt: int, sides: int, of: str = "g") -> str:
    """A number below `sides`, always the same for the same row and salt."""
    return _ROLL.format(of=of, salt=salt, sides=sides)


_PLACED = f"""
    CREATE TEMP TABLE placed AS
    SELECT d.*, CASE
               WHEN {_roll(1, 1000)} < 25 THEN 'cancelled'
               WHEN age > 20 THEN 'completed'
               WHEN age > 12 THEN 'delivered'
               WHEN age > 8 THEN 'shipped'
               WHEN step < 60 THEN 'received'
               WHEN step < 72 THEN 'preparing'
               WHEN step < 80 THEN 'verifying'
               WHEN step < 88 THEN 'held'
               WHEN step < 93 THEN 'awaiting_payment'
               WHEN step < 97 THEN 'scheduled'
               ELSE 'awaiting_stock' END AS phase,
           %(now)s::timestamptz - age * interval '1 day' AS at
      FROM (SELECT g AS id, g, {DAYS} * (1 - (g - {_roll(2, 100)} / 100.0) / %(orders)s) AS age,
                   {_roll(3, 100)} AS step, ARRAY[{_roll(4, 100)}, {_roll(5, 100)}, {_roll(6, 100)}] AS dice,
                   1 + {_roll(7, 2**31)} %% greatest(%(orders)s / 3, 1) AS buyer,
                   (ARRAY[1,1,1,1,1,1,2,2,2,2,3,3,4,5])[1 + {_roll(8, 14)}] AS lines
              FROM generate_series(1, %(orders)s) g) d
"""
_BUYERS = """
    INSERT INTO customers_buyer (id, identity, head_id, name, kana, name_key, kana_key, search, first_order_at,
                                 last_order_at, latest_order_at)
    SELECT b, 'b' || b, b, p.name, p.kana, p.name_key, p.kana_key, p.name_key || '|' || p.kana_key, seen.first,
           seen.last, seen.last
      FROM (SELECT buyer AS b, min(at) AS first, max(at) AS last FROM placed GROUP BY buyer) seen
      JOIN people p ON p.n = b %% %(people)s
"""
_PHONE = f"'+8190' || lpad({_roll(9, 10**8, 'd.buyer')}::text, 8, '0')"
_MAIL = f"'b' || d.buyer || '.' || {_roll(10, 1000, 'd.buyer')} || '@example.jp'"
_ORDERS = f"""
    INSERT INTO orders_order
           (id, channel_id, number, buyer_id, ordered_at, received_at, phase, buyer_name, buyer_kana, buyer_email,
            buyer_phone, buyer_postcode, buyer_prefecture, buyer_address, ship_name, ship_kana, ship_phone,
            ship_postcode, ship_prefecture, ship_address, payment_method, payment, prepaid, delivery_method,
            goods_total, postage, total, tax_by_rate, is_gift, wished_date, note, tags, ship_due_at, ship_on,
            shipped_at, delivered_at, completed_at, search)
    SELECT d.id,
           (SELECT id FROM orders_channel WHERE code = (%(channels)s::text[])[1 + d.dice[1] %% {len(CHANNELS)}]),
           'N' || to_char(d.at, 'YYMMDD') || '-' || lpad(d.id::text, 8, '0'), d.buyer, d.at, d.at + interval '20 min',
           d.phase, p.name, p.kana, {_MAIL}, {_PHONE}, p.postcode, p.prefecture, p.address, p.name, p.kana, {_PHONE},
           p.postcode, p.prefecture, p.address,
           CASE WHEN d.phase = 'awaiting_payment' THEN '銀行振込' WHEN d.dice[2] < 75 THEN 'クレジットカード'
                ELSE '代金引換' END,
           CASE WHEN d.phase <> 'awaiting_payment' AND d.dice[2] < 75 THEN 'paid' ELSE 'unpaid' END,
           d.phase = 'awaiting_payment', '宅配便', 1000 + 37 * (d.id %% 400), 660, 1660 + 37 * (d.id %% 400),
           '{{"10": {{"goods": 1660, "tax": 150}}}}', d.dice[3] < 5,
           CASE WHEN d.dice[3] > 70 THEN d.at::date + 4 END,
           CASE WHEN d.dice[2] %% 14 = 0 THEN '玄関前に置いてください。' ELSE '' END,
           CASE WHEN d.dice[1] %% 9 = 0 THEN '["初回"]'::jsonb ELSE '[]'::jsonb END,
           d.at + interval '1 day', CASE WHEN d.phase = 'scheduled' THEN d.at::date + 10 END,
           CASE WHEN d.phase IN ('shipped', 'delivered', 'completed') THEN d.at + interval '1 day' END,
           CASE WHEN d.phase IN ('delivered', 'completed') THEN d.at + interval '3 days' END,
           CASE WHEN d.phase = 'completed' THEN d.at + interval '10 days' END,
           lower('N' || to_char(d.at, 'YYMMDD') || '-' || lpad(d.id::text, 8, '0')) || '|' || p.name_key || '|'
               || p.kana_key || '|' || replace({_PHONE}, '+81', '0') || '|' || {_MAIL}
      FROM placed d JOIN people p ON p.n = d.buyer %% %(people)s
     ORDER BY d.id
"""
_LINES = f"""
    INSERT INTO orders_line (order_id, position, sku, name, option, unit_price, tax_rate, ordered, cancelled,
                             allocated, backordered, released, picked, packed, shipped, delivered)
    SELECT d.id, n, 'SKU-' || item, '深蒸し煎茶 100g ' || item || '番',
           CASE WHEN item %% 3 = 0 THEN '化粧箱' ELSE '' END, 540 + 10 * item,
           CASE WHEN item %% 5 = 0 THEN 10 ELSE 8 END, pieces,
           CASE WHEN d.phase = 'cancelled' THEN pieces ELSE 0 END,
           CASE WHEN d.phase IN ('cancelled', 'awaiting_stock') THEN 0 ELSE pieces END,
           CASE WHEN d.phase = 'awaiting_stock' THEN pieces ELSE 0 END,
           CASE WHEN d.phase = 'preparing' THEN pieces ELSE gone END, gone, gone, gone,
           CASE WHEN d.phase IN ('delivered', 'completed') THEN pieces ELSE 0 END
      FROM placed d CROSS JOIN LATERAL generate_series(1, d.lines) n
     CROSS JOIN LATERAL (SELECT 1 + {_roll(11, 3, "d.id * 8 + n")} AS pieces,
                                {_roll(12, 400, "d.id * 8 + n")} AS item) i
     CROSS JOIN LATERAL (SELECT CASE WHEN d.phase IN ('shipped', 'delivered', 'completed') THEN pieces ELSE 0 END
                             AS gone) went
     ORDER BY d.id, n
"""
_SENT = """
    INSERT INTO orders_shipment (order_id, position, state, carrier, size, released_at, picked_at, packed_at,
                                 handed_over_at, delivered_at)
    SELECT d.id, 1,
           CASE d.phase WHEN 'preparing' THEN 'released' WHEN 'shipped' THEN 'handed_over' ELSE 'delivered' END,
           'yamato', 60, d.at + interval '6 h', gone.at, gone.at, gone.at,
           CASE WHEN d.phase IN ('delivered', 'completed') THEN d.at + interval '3 days' END
      FROM placed d CROSS JOIN LATERAL
           (SELECT CASE WHEN d.phase <> 'preparing' THEN d.at + interval '1 day' END AS at) gone
     WHERE d.phase IN ('preparing', 'shipped', 'delivered', 'completed') ORDER BY d.id;
    INSERT INTO orders_shipmentline (shipment_id, line_id, quantity)
    SELECT s.id, l.id, l.ordered FROM orders_shipment s JOIN orders_line l USING (order_id);
    INSERT INTO orders_parcel (shipment_id, carrier, tracking_number)
    SELECT id, 'yamato', lpad((400000000000 + id * 7)::text, 12, '0') FROM orders_shipment WHERE state <> 'released'
"""
_WAITING = """
    INSERT INTO orders_hold (order_id, reason, party, question, placed_at, placed_by, released_by, release_reason,
                             answer)
    SELECT id, 'question', 'client', 'お届け先をご確認ください。',
           at + interval '1 h', '受注 花子', '', '', '' FROM placed WHERE phase = 'held';
    INSERT INTO orders_verification (order_id, reason, rule, rule_version, opened_at, answer, answered_by)
    SELECT id, 'credit', '', 0, at + interval '20 min', '', '' FROM placed WHERE phase = 'verifying'
"""
_TOLD = """
    INSERT INTO core_event (name, at, subject_kind, subject_id, order_id, actor_kind, actor_id, actor_name, data)
    SELECT t.name, d.at + t.after, 'order', d.id, d.id, 'system', '', 'システム',
           CASE t.name WHEN 'order.received' THEN jsonb_build_object('ordered_at', d.at) || t.data ELSE t.data END
      FROM placed d CROSS JOIN (VALUES
           ('order.received', interval '20 min', '{"lines": 2, "total": 3000, "units": 3}'::jsonb),
           ('shipment.released', interval '6 h', '{"lines": 2, "units": 3, "position": 1}'::jsonb),
           ('order.shipped', interval '1 day', '{"parts": 1}'::jsonb),
           ('shipment.delivered', interval '3 days', '{"lines": 2, "units": 3}'::jsonb)) t (name, after, data)
     WHERE t.name = 'order.received' OR d.phase IN ('shipped', 'delivered', 'completed')
     ORDER BY d.id;
    INSERT INTO sla_clock (promise_id, order_id, phase, started_at, due_at, warn_at, stopped_at)
    SELECT p.id, d.id, CASE d.phase WHEN 'cancelled' THEN 'cancelled' ELSE 'hit' END, d.at, d.at + interval '1 day',
           d.at + interval '18 h', d.at + interval '1 day'
      FROM placed d CROSS JOIN sla_promiseversion p
     WHERE p.definition->>'metric' = 'ship' AND p.is_active
       AND d.phase IN ('shipped', 'delivered', 'completed', 'cancelled');
    INSERT INTO operations_workitem (client, kind, subject_kind, subject_id, order_id, title, units, due_at, state,
                                     holder_name, finished_at, created_at)
    SELECT 'acme', 'ship', 'shipment', d.id, d.id, 'N' || d.id, 3, d.at + interval '1 day', 'done', '受注 花子',
           d.at + interval '1 day', d.at FROM placed d WHERE d.phase IN ('shipped', 'delivered', 'completed')
"""
_PROMISED = b"""
    UPDATE orders_order o SET ship_due_at = c.due_at FROM sla_clock c WHERE c.order_id = o.id AND c.stopped_at IS NULL
"""
_TABLES = (
    "customers_buyer", "orders_order", "orders_line", "orders_shipment", "orders_shipmentline", "orders_parcel",
    "orders_hold", "orders_verification", "core_event", "sla_clock", "public.operations_workitem",
)  # fmt: skip
_SEARCHED = ("order_search", "buyer_search")


def grow(lines: int) -> int:
    """Make the client's emptied tables hold that many lines, more or less, and their orders; returns these.

    What the benchmark before it grew is taken as it is.
    """
    orders = round(lines / LINES_PER_ORDER)
    with scope.client(ground.CLIENT):
        for code in CHANNELS:
            Channel.objects.get_or_create(code=code, defaults={"name": code, "profile": code})
    values = {"orders": orders, "now": ground.NOW, "people": PEOPLE, "channels": list(CHANNELS)}
    with ground.superuser() as session:
        session.execute(b'SET search_path = "c_acme", public')
        session.execute(b"SET session_replication_role = replica")  # nothing is asked twice: all of it agrees
        if session.execute("SELECT count(*), max(id) FROM orders_order").fetchone() == (orders, orders):
            return orders
        empty(session)
        _people(session)
        with _without(session, _SEARCHED):
            for statement in (_PLACED, _BUYERS, _ORDERS, _LINES, _SENT, _WAITING, _TOLD):
                for each in statement.split(";"):
                    session.execute(each.encode(), values)
            for table in _TABLES[:2]:
                session.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))".encode()
                )
        _open_work()
        session.execute(_PROMISED)
        session.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}".encode())
    return orders


def empty(session: psycopg.Connection) -> None:
    """Nothing is left of what was there."""
    session.execute(b"TRUNCATE orders_order, customers_buyer, core_event, sla_clock, orders_refusedrow CASCADE")
    session.execute(b"TRUNCATE operations_workitem, operations_refill, operations_tally")


def _people(session: psycopg.Connection) -> None:
    """A table of people by number, each with the forms under which they are found."""
    people = People(Random(1))
    some = [people.person() for _nth in range(PEOPLE)]
    keys = zip(
        search_keys(pl.Series([person.name for person in some])),
        search_keys(pl.Series([person.kana for person in some])),
        strict=True,
    )
    session.execute(
        b"CREATE TEMP TABLE people (n int, name text, kana text, name_key text, kana_key text, postcode text,"
        b" prefecture text, address text)"
    )
    with session.cursor().copy(b"COPY people FROM STDIN") as rows:
        for nth, (person, found_by) in enumerate(zip(some, keys, strict=True)):
            town = person.town
            address = f"{town.prefecture}{town.city}{town.name}{person.street}{person.building}"
            rows.write_row((nth, person.name, person.kana, *found_by, town.postcode, town.prefecture, address))
    session.execute(b"ANALYZE people")


@contextmanager
def _without(session: psycopg.Connection, names: Sequence[str]) -> Iterator[None]:
    """Without these indexes for the length of the block: made at once they take a fraction of the time."""
    found = session.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'c_acme' AND indexname = ANY(%s)", [list(names)]
    ).fetchall()
    for name, _made_by in found:
        session.execute(f'DROP INDEX "{name}"'.encode())
    try:
        yield
    finally:
        for _name, made_by in found:
            session.execute(made_by.encode())


def _open_work() -> None:
    """The clocks and the floor's items of all that is open, by the same hands as ever."""
    with scope.client(ground.CLIENT):
        placed = Order.objects.filter(phase__in=OPEN_PHASES).order_by("pk").values_list("pk", "ordered_at")
        waiting = pl.DataFrame(
            list(placed), schema={"order_id": pl.Int64, "ordered_at": pl.Datetime("us", "UTC")}, orient="row"
        ).with_columns(pl.lit(ground.NOW).alias("at"))
        for some in waiting.iter_slices(ITEMS_AT_ONCE):
            start(Told("order.received", "order", some, SYSTEM))
            follow(Told("order.verified", "order", some, SYSTEM))
