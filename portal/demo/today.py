"""The day on which somebody comes to look: mails go out, orders stand at every step, and things wait for people.

It is played after the month was counted, and nothing of it is in the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from core import clock, scope
from core.events import Actor
from integrations.channels import samples
from integrations.channels.samples import Shop
from integrations.services import tracking
from orders.models import Line, Order
from orders.queries.naming import Side
from orders.quoting import Terms, Wanted
from orders.services import changes, exceptions, quoting, returning, ruling, supplying, threads
from orders.services.ruling import Draft as Rule
from orders.services.threads import Words
from portal.demo.calendar import CUT_OFF, at, working_days
from portal.demo.files import Delivery
from portal.demo.month import DAYS_AFTER, Month
from portal.demo.world import MONTH, Company
from tenants import services as tenants

ORDERS = 45
FIRST_SERIAL = 60_000
"""Above the numbers of the month's orders."""

EARLY = time(9, 30)

BUYER = Actor("buyer", "", "購入者")

_DROP_SHIP = {"do": "set_branch", "sku": "DONABE", "branch": "drop_ship"}
_MADE = {"do": "set_branch", "sku": "KYUSU", "branch": "made_to_order"}
_HELLO = {"do": "add_line", "sku": "CARD-HELLO", "name": "ご挨拶状", "quantity": "1"}
RULES: dict[str, tuple[Rule, ...]] = {
    "aoba": (
        Rule("土鍋と急須は取り寄せ", {"all": []}, [_DROP_SHIP, _MADE]),
        Rule(
            "離島は航空便に注意",
            {"field": "ship_is_island", "op": "eq", "value": True},
            [{"do": "tag", "tag": "離島"}, {"do": "add_staff_note", "text": "航空便に載らない商品がないかを見る"}],
        ),
    ),
    "minato": (
        Rule("初めてのお客様にご挨拶状", {"field": "first_order", "op": "eq", "value": True}, [_HELLO]),
        Rule(
            "3万円以上は内容を確認",
            {"field": "total", "op": "gte", "value": 30000},
            [{"do": "verify", "reason": "content"}, {"do": "set_priority", "priority": "2"}],
        ),
    ),
    "sakura": (Rule("ギフトは早めに", {"field": "gift", "op": "eq", "value": True}, [{"do": "tag", "tag": "ギフト"}]),),
}


@dataclass(frozen=True)
class Day:
    """Who is there on that day. shops: by channel; clerk: who answers for the operator."""

    month: Month
    shops: dict[str, Shop]
    clerk: Actor

    def play(self) -> None:
        """Three deliveries reach three points of the floor; then everybody has something to say."""
        day = list(working_days(MONTH, more=DAYS_AFTER + 2))[-1]
        now = _move(day, "09:00")
        for company in self.month.companies:
            tenants.go_live(company.code, now, actor=self.clerk, at=now)
            with scope.client(company.code):
                self._prepare(company, now)
        parts = {company: _deliveries(self.shops[company.channel], company, day) for company in self.month.companies}
        floor = self.month.floor
        for nth, (wall, until) in enumerate((("09:40", "ship"), ("11:30", "pick"), ("13:20", ""))):
            _move(day, wall)
            self.month.receive([(company, files[nth]) for company, files in parts.items()])
            if until:
                floor.work(["verify"], at=clock.now())
                now = clock.now() + timedelta(minutes=20)
                clock.move(now)
                floor.work(["release"], at=now)
                for kind in ("pick", "pack", "ship")[: 3 if until == "ship" else 1]:
                    floor.work([kind], at=now)
        now = _move(day, "13:50")
        floor.go_home(at=now)
        for company in self.month.companies:
            with scope.client(company.code):
                self._scenes(company, now)

    def _prepare(self, company: Company, now: datetime) -> None:
        client = self.month.clients[company.code]
        for rule in RULES[company.code]:
            ruling.create(rule, is_active=True, actor=client, at=now)
        if company.code == "aoba":
            _know_suppliers(client, now)

    def _scenes(self, company: Company, now: datetime) -> None:
        client = self.month.clients[company.code]
        self._troubles(client, now)
        self._talk(company, now)
        _look_at_orders(now)
        if company.code == "aoba":
            self._buy(now)
        if company.code == "sakura":
            self._quote(client, now)

    def _troubles(self, client: Actor, now: datetime) -> None:
        """A shortage and an address that wait for the client, a change that waits for the floor, a return."""
        waiting = _orders(now, "verifying", "received")
        for kind, note, order_id in zip(
            ("shortage", "bad_address"),
            ("棚の数が足りません。次の入荷は来週の予定です。", "番地がありません。"),
            waiting,
            strict=False,
        ):
            exceptions.open_for([order_id], kind=kind, note=note, actor=self.clerk, at=now)
        for order_id in _orders(now, "preparing")[:1]:
            wanted = {"note": "玄関前の宅配ボックスへお願いします。"}
            changes.ask([order_id], kind="note", wanted=wanted, reason="お客様からのご連絡", actor=client, at=now)
        for order_id in _orders(now - timedelta(days=20), "delivered")[-1:]:
            returning.request([order_id], reason="色が思っていたものと違うとのこと", actor=client, at=now)

    def _talk(self, company: Company, now: datetime) -> None:
        """One question that was answered, one that waits for each side, and a note that only the operator sees."""
        client = self.month.clients[company.code]
        moving = _orders(now, "shipped", "preparing", "scheduled", "verifying", "received")
        if len(moving) > 1:
            answered, asked = moving[0], moving[-1]
            _say(
                answered,
                "client",
                "お客様から到着日のお問い合わせがありました。明日の午前中に着きますか。",
                client,
                now,
            )
            later = now + timedelta(minutes=25)
            reply = Words("はい、明日の午前中の到着予定です。追跡ページでもご覧いただけます。", answer_awaited=False)
            threads.write_about(answered, reply, side="operator", actor=self.clerk, at=later)
            _say(asked, "operator", "化粧箱の在庫が残りわずかです。別の箱でもよろしいでしょうか。", self.clerk, later)
            note = Words("前回は代わりの箱で了承をいただいた。", internal=True)
            threads.write_about(asked, note, side="operator", actor=self.clerk, at=later)
        words = Words("来月のセールは1日300件ほどになりそうです。出荷の締め時刻を相談させてください。")
        threads.open_general("12月のセールについて", words, side="client", actor=client, at=now)

    def _buy(self, now: datetime) -> None:
        """What is not on the shelf is ordered; one supplier has said when it comes."""
        missing = list(Line.objects.exclude(branch="stock").values_list("order_id", flat=True).distinct())
        placed = sorted(supplying.place(missing, actor=self.clerk, at=now).supplies)
        supplying.send(placed[:-1], actor=self.clerk, at=now)
        day = clock.now().date() + timedelta(days=4)
        supplying.confirm(placed[:1], expected_on=day, actor=self.clerk, at=now)

    def _quote(self, client: Actor, now: datetime) -> None:
        """An inquiry, a quote that waits for its buyer, and one that became an order."""
        quoting.receive(
            _SHOP,
            subject="マグカップ200個の名入れ",
            text="11月末までに必要です。",
            owner=client.name,
            actor=client,
            at=now,
        )
        for buyer, accepts in ((_SHOP, False), (_HOTEL, True)):
            terms = Terms(
                valid_until=now.date() + timedelta(days=30), delivery_time="ご注文後10日", payment="月末締め翌月末払い"
            )
            lines = [
                Wanted("MUG-01", "波佐見焼 マグカップ", 60, Decimal(1450)),
                Wanted("NAIRE", "名入れ加工", 60, Decimal(220)),
            ]
            draft = quoting.Draft("年末のご贈答", client.name, buyer, lines, terms)
            version = quoting.create(draft, actor=client, at=now)
            quoting.send([version.quote_id], actor=client, at=now)
            if accepts:
                contract = quoting.accept(version.pk, quoting.Evidence(buyer.name), actor=BUYER, at=now)
                quoting.order([contract.pk], actor=client, at=now)


_SHOP = quoting.Buyer(
    name="森田 結衣",
    company="株式会社森の文具店",
    email="morita@example.jp",
    phone="075-000-4444",
    postcode="604-8005",
    address="京都府京都市中京区恵比須町439",
)
_HOTEL = quoting.Buyer(
    name="河野 徹",
    company="みずうみホテル株式会社",
    email="kawano@example.jp",
    phone="077-000-5555",
    postcode="520-0047",
    address="滋賀県大津市浜大津1-1-1",
)


def _move(day: date, wall: str) -> datetime:
    now = at(day, wall)
    clock.move(now)
    return now


def _deliveries(shop: Shop, company: Company, day: date) -> list[Delivery]:
    """What was ordered up to the cut-off, in three files: of the morning's orders all are in the last."""
    planned = samples.plan(shop, orders=ORDERS, seed=company.seed, month=f"{day:%Y-%m}")
    shift = [
        replace(
            order,
            serial=FIRST_SERIAL + nth,
            at=datetime.combine(day - timedelta(days=order.at.time() >= CUT_OFF), order.at.time()),
            wished_date=order.wished_date and day + timedelta(days=3 + nth % 5),
        )
        for nth, order in enumerate(planned)
    ]
    early = [order for order in shift if order.at < datetime.combine(day, EARLY)]
    parts = (early[::2], early[1::2], [order for order in shift if order not in early])
    return [
        Delivery(day, f"{company.channel}_{day:%Y%m%d}_{nth}.csv", samples.written(shop, part))
        for nth, part in enumerate(parts, 1)
    ]


def _know_suppliers(client: Actor, now: datetime) -> None:
    keep = supplying.keep_supplier
    potter = keep(
        supplying.SupplierDraft("potter", "北陸陶器株式会社", email="orders@potter.example.jp"), actor=client, at=now
    )
    for sku, branch, days, cost in (("DONABE", "drop_ship", 3, 5200), ("KYUSU", "made_to_order", 6, 3100)):
        supplying.keep_item(supplying.ItemDraft(sku, branch, potter.pk, days, Decimal(cost)), actor=client, at=now)


def _orders(since: datetime, *phases: str) -> list[int]:
    """Today's orders in these phases, the phases in the order in which they are named."""
    found = Order.objects.filter(received_at__gte=since - timedelta(hours=12), phase__in=phases).order_by("pk")
    rows: Sequence[tuple[int, str]] = list(found.values_list("pk", "phase"))
    return [pk for phase in phases for pk, stands in rows if stands == phase]


def _say(order_id: int, side: Side, text: str, actor: Actor, now: datetime) -> None:
    threads.write_about(order_id, Words(text), side=side, actor=actor, at=now)


def _look_at_orders(now: datetime) -> None:
    """Buyers look where their parcel is, some more than once."""
    for nth, order_id in enumerate(_orders(now, "shipped")):
        for _time in range(1 + nth % 3):
            tracking.visit(order_id, at=now)
