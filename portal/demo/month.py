"""The month, day by day on the moved clock: files come in, the floor works, clients answer, carriers deliver."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import httpx

from core import clock, scope
from core.events import SYSTEM, Actor
from integrations.channels.mending import mended
from integrations.channels.samples import Order as Ordered
from integrations.channels.samples import Shop
from orders.models import Channel, Hold, Intake, Order, Shipment
from orders.services import arranging, cancelling, holds, shipping
from portal.demo.calendar import at, working_days
from portal.demo.files import Delivery
from portal.demo.floor import Floor, chance
from portal.demo.visitor import Unexpected, Visitor
from portal.demo.world import MONTH, Company
from sla import services as promises

INTAKE_SECONDS = 120
DAYS_AFTER = 6
"""Working days of the next month on which what is left of this one is finished."""

MEND_FILE = re.compile(r"/intakes/\d+/mend\b")
HIDDEN = re.compile(r'<input type="hidden" name="(channel|mends)" value="([^"]*)"')

Progress = Callable[[str], None]


@dataclass
class Sent:
    """A file as it was uploaded, and the arrival that the portal made of it (None where it was refused)."""

    company: Company
    delivery: Delivery
    intake_id: int | None


@dataclass
class Mender:
    """Who puts refused rows right: they know the shop and what was ordered there, and what they mended before."""

    shop: Shop
    planned: list[Ordered]
    done: set[str] = field(default_factory=set)

    def mend(self, offered: bytes) -> bytes | None:
        """The file to send again; None where nothing in it can be put right (or still has to be)."""
        file = mended(offered, self.shop, self.planned, without=self.done)
        self.done |= file.numbers
        return file.data if file.numbers else None


@dataclass
class Month:
    """The play of one month."""

    companies: tuple[Company, ...]
    visitors: dict[str, Visitor]
    clients: dict[str, Actor]
    deliveries: dict[str, list[Delivery]]
    menders: dict[str, Mender]
    floor: Floor
    say: Progress
    sent: list[Sent] = field(default_factory=list)

    def play(self) -> None:
        """Play every working day."""
        days = list(working_days(MONTH, more=DAYS_AFTER))
        by_day: defaultdict[date, list[tuple[Company, Delivery]]] = defaultdict(list)
        for company in self.companies:
            for delivery in self.deliveries[company.code]:
                by_day[delivery.day].append((company, delivery))
        for nth, day in enumerate(days, 1):
            self.say(f"{day:%m/%d} ({nth}/{len(days)})")
            self._morning(day)
            self._noon(day, by_day[day])
            self._afternoon(day)

    def _morning(self, day: date) -> None:
        """Clients answer what they were asked, what was missing turns up, carriers report, and the rest goes on."""
        now = self._move(day, "09:30")
        for company in self.companies:
            with scope.client(company.code):
                self._answer(company, now)
                _pay(now)
                _deliver(now)
        self.floor.work(["resolve", "cancel", "verify"], at=self._move(day, "09:45"))
        for kind, wall in (("release", "10:15"), ("pick", "10:30"), ("pack", "10:45"), ("ship", "11:00")):
            self.floor.work([kind], at=self._move(day, wall))

    def _noon(self, day: date, deliveries: list[tuple[Company, Delivery]]) -> None:
        """The files up to the cut-off come in, what is refused is mended, and some buyers change their minds."""
        self._move(day, "13:05")
        waiting = self.receive(deliveries)
        self._move(day, "13:15")
        mending = [self._mend(sent, day) for sent in waiting if sent.intake_id is not None]
        for again in mending:
            if again is not None:
                self._await(again)
        now = self._move(day, "13:20")
        for company in self.companies:
            with scope.client(company.code):
                self._cancel_some(company, now)

    def receive(self, deliveries: list[tuple[Company, Delivery]]) -> list[Sent]:
        """Send the files as people do, and wait until each was read."""
        waiting = [self._upload(company, delivery) for company, delivery in deliveries]
        for sent in waiting:
            self._await(sent)
        return waiting

    def _afternoon(self, day: date) -> None:
        """The floor works off the queue; what remains is late, and told."""
        self.floor.work(["verify", "cancel"], at=self._move(day, "14:00"))
        self.floor.work(["release"], at=self._move(day, "15:00"))
        self.floor.work(["pick"], at=self._move(day, "15:45"))
        self.floor.work(["pack"], at=self._move(day, "16:30"))
        self.floor.work(["ship"], at=self._move(day, "17:15"))
        now = self._move(day, "18:30")
        self.floor.go_home(at=now)
        for company in self.companies:
            with scope.client(company.code):
                promises.tell(at=now)

    def _move(self, day: date, wall: str) -> datetime:
        now = at(day, wall)
        clock.move(now)
        return now

    def _upload(self, company: Company, delivery: Delivery) -> Sent:
        """Send a file as a person does: the page's form, with the file in it."""
        return self._send(company, delivery)

    def _mend(self, sent: Sent, day: date) -> Sent | None:
        """Put right what can be put right of the refused rows, and send it with the form that stands below them."""
        visitor = self.visitors[sent.company.code]
        page = visitor.get(f"/intakes/{sent.intake_id}")
        offered = MEND_FILE.search(page.text)
        if offered is None:
            return None
        data = self.menders[sent.company.code].mend(visitor.get(offered[0]).content)
        if data is None:
            return None
        name = sent.delivery.name.replace(".csv", "_修正済み.csv")
        return self._send(sent.company, Delivery(day, name, data, mends=True), form=page)

    def _send(self, company: Company, delivery: Delivery, *, form: httpx.Response | None = None) -> Sent:
        fields = dict(HIDDEN.findall(form.text)) if form else {"channel": company.channel}
        response = self.visitors[company.code].send(
            "/intakes",
            fields,
            form=form,
            files={"file": (delivery.name, delivery.data, "text/csv")},
            expect=422 if delivery.again else 200,
        )
        last = str(response.url).rstrip("/").rsplit("/", 1)[-1]
        sent = Sent(company, delivery, None if delivery.again else int(last))
        self.sent.append(sent)
        return sent

    def _await(self, sent: Sent) -> None:
        """Wait until the worker has read the file."""
        if sent.intake_id is None:
            return
        deadline = time.monotonic() + INTAKE_SECONDS
        while time.monotonic() < deadline:
            with scope.client(sent.company.code):
                intake = Intake.objects.get(pk=sent.intake_id)
            if intake.state in (Intake.DONE, Intake.REFUSED):
                return
            time.sleep(0.05)
        raise Unexpected(f"{sent.delivery.name}: the worker has not read it within {INTAKE_SECONDS} s.")

    def _answer(self, company: Company, now: datetime) -> None:
        """The client answers yesterday's questions: one after another."""
        asked = list(Hold.objects.filter(party="client", released_at=None, placed_at__lt=now).order_by("pk"))
        for hold in asked:
            holds.answer(hold.pk, answer="はい、その内容でお願いします。", actor=self.clients[company.code], at=now)

    def _cancel_some(self, company: Company, now: datetime) -> None:
        """A few buyers change their minds before anything is released."""
        today = Order.objects.filter(received_at__gte=now - timedelta(hours=1), phase__in=["received", "verifying"])
        gone = [pk for pk, number in today.values_list("pk", "number") if chance(number, "cancel", 90)]
        if gone:
            reason = "購入者の都合によるキャンセル"
            cancelling.cancel(gone, by="client", reason=reason, actor=self.clients[company.code], at=now)


def _deliver(now: datetime) -> None:
    """What left before today has arrived."""
    out = Shipment.objects.filter(state=Shipment.HANDED_OVER, handed_over_at__lt=now - timedelta(hours=14))
    arrived = list(out.values_list("pk", flat=True))
    if arrived:
        shipping.deliver(arrived, actor=SYSTEM, at=now)


def _pay(now: datetime) -> None:
    """Buyers who pay in advance have paid by the next morning."""
    unpaid = Order.objects.filter(phase="awaiting_payment", received_at__lt=now - timedelta(hours=14))
    paid = list(unpaid.values_list("pk", flat=True))
    if paid:
        arranging.mark_paid(paid, actor=SYSTEM, at=now)


def channels_of(company: Company) -> Channel:
    """The company's channel, made where it is missing."""
    channel, _created = Channel.objects.get_or_create(
        code=company.channel,
        # A month of files is played without anybody looking at each before it is taken.
        defaults={"name": company.channel_name, "profile": company.channel, "preview": False},
    )
    return channel
