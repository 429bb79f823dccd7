"""One of everything that pages show: the nth of each kind, with n of whatever hangs below it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Q
from django.test import Client

from billing.models import Dispute, Invoice, InvoiceLine, RatedFact
from billing.series.models import Standing
from billing.services import terms
from billing.services.presets import PLANS
from core import clock, scope
from core.events import Actor
from core.models import Event, IdempotentCall
from core.periods import month_of
from customers import services as customers
from customers.models import Buyer, Proposal
from customers.services.merging import Keep
from documents import services as documents
from documents.services import letterheads
from integrations.models import (
    HookDelivery,
    HookSecret,
    Notice,
    NoticeSettings,
    NoticeSwitch,
    NoticeText,
    SuppressedAddress,
    TrackingLink,
    TrackingVisit,
)
from integrations.preferences.models import Preference
from operations import services as floor
from operations.models import WorkItem
from orders.lifecycle import PHASES
from orders.models import (
    Difference,
    EntryDraft,
    Hold,
    Line,
    Order,
    OrderException,
    QuoteSettings,
    RefusedRow,
    Return,
    RuleEffect,
    RuleOrder,
    SavedView,
    Shipment,
    StopRequest,
    Supply,
    SupplyItem,
    SupplyLine,
)
from orders.queries import arrivals
from orders.reasons import HOLD_REASONS, VERIFICATION_REASONS
from orders.services import (
    buyers,
    cancelling,
    changes,
    exceptions,
    formats,
    holds,
    naming,
    quoting,
    returning,
    ruling,
    shipping,
    supplying,
    threads,
    verification,
)
from orders.services import intake as receiving
from orders.services import papers as printed
from orders.services.threads import Sent, Words
from projects import services as serving
from projects.blueprints import Question
from projects.models import Milestone
from sla import queries as promises
from sla import services as sla
from tenants import services
from tenants.models import Person
from tenants.roles import TOKEN_SCOPES
from tests.conftest import OPERATOR
from tests.factories import operations, orders, projects, quotes, supplies
from tests.factories.order_files import order_file, row
from tests.factories.papers import LOGO
from tests.factories.people import client_person, login, staff

_ADDRESS = {"postcode": "5300001", "address": "大阪府大阪市北区梅田3-1-3"}
Ids = dict[str, int | str]


def plant(nth: int, readers: list[Person]) -> dict[str, Ids]:
    """Plant the nth of everything; returns what stands for which part of a route, by the name of the choice.

    readers: whose saved views they are to be. The choices are "" and others, of an invoice and of each kind of work.
    The parts are those of tests.meta.addresses.Address.path.
    """
    at = clock.now()
    company = f"extra{nth}"
    services.create_client(code=company, name=f"追加{nth}株式会社", actor=OPERATOR, at=at)
    team = _people(nth, company)
    _accounts(nth, readers)
    with scope.operator():
        Preference.objects.create(client="acme", person_id=readers[0].pk, kind=f"client.planted{nth}", mode="off")
    with scope.client("acme"):
        _promise(nth)
        main = {**_orders(nth), **_arrival(nth), "teams/<int:pk>": team}
        main |= _threads(nth, int(main["order_id"]), readers)
        invoices = [_invoice(nth, state, order=int(main["order_id"])) for state in (Invoice.DRAFT, Invoice.ISSUED)]
        main |= {**_settings(nth, readers), **_papers(nth, main, invoices), **invoices[1]}
        main["<slug:profile>/<slug:code>"] = "whole"
        main["postcodes/<str:code>"] = "4980000"
        main |= _notices(nth, int(main["order_id"]))
        main |= _entries(nth, readers)
        main |= _hooks(nth)
        main |= _buyers(nth)
        main |= _quotes(nth)
        main |= _projects(nth)
        IdempotentCall.objects.create(key=f"k-{nth}", fingerprint="f", status=200, body="{}", answered_at=at)
    others = {Invoice.DRAFT: invoices[0], **_work()}
    return {"": main, **{name: {**main, **other} for name, other in others.items()}}


def _people(nth: int, company: str) -> int:
    """Colleagues on both sides, invitations, tokens; returns the id of a team."""
    at = clock.now()
    client_person("viewer", "acme", name=f"閲覧 {nth}")
    colleague = staff("clerk", serves=["acme", company], name=f"受注 {nth}")
    floor.note_presence(colleague.pk, at=at)
    for client, role in (("acme", "viewer"), ("", "clerk")):
        with scope.client(client) if client else scope.operator():
            guest = services.Guest(email=f"guest{nth}@example.jp", name=f"新人 {nth}", role=role)
            services.invite(guest, client=client, actor=OPERATOR, at=at)
    with scope.operator():
        team = services.create_team(code=f"team{nth}", name=f"第{nth}チーム", actor=OPERATOR, at=at)
        services.arrange_team(
            team.pk, name=team.name, person_ids={colleague.pk}, clients={"acme", company}, actor=OPERATOR, at=at
        )
    return team.pk


def _accounts(nth: int, readers: list[Person]) -> None:
    """For each reader another address, authenticator and session, on the host of their company."""
    with scope.operator():
        for reader in readers:
            EmailAddress.objects.create(user=reader, email=f"more{nth}-{reader.pk}@example.jp", verified=True)
            Authenticator.objects.create(user=reader, type=f"planted{nth}", data={})
    for reader in readers:
        client = "acme" if reader == readers[0] else ""
        session = str(login(Client(), reader, client).cookies[settings.SESSION_COOKIE_NAME].value)
        with scope.client(client) if client else scope.operator():
            UserSession.objects.create(user=reader, session_key=session, ip="127.0.0.1", user_agent="Firefox")


def _promise(nth: int) -> None:
    at = orders.MORNING - timedelta(days=300)
    sla.set_up_defaults(at=at)
    _row, promise = promises.promises_in_force()[0]
    sla.make(replace(promise, code=f"{promise.metric.code}-{nth}"), valid_from=at)


def _orders(nth: int) -> Ids:
    """Orders at every stage of the work, and one that has been through all of it."""
    now = orders.MORNING
    reasons = list(VERIFICATION_REASONS)[:nth]
    operations.received(units=(1,) * nth, verifications=reasons)
    for whys in (("question", "address", "content"), ("stock", "other", "buyer")):
        held = operations.received(units=(1,) * nth)
        for reason in whys[:nth]:
            holds.place([held], reason=reason, question="色は?", actor=OPERATOR, at=now)
    _in_parts(nth)
    shipping.pick(_in_parts(nth), actor=OPERATOR, at=now)
    packed = _in_parts(nth)
    shipping.pick(packed, actor=OPERATOR, at=now)
    shipping.pack(packed, actor=OPERATOR, at=now)
    asked = operations.received(units=(1,))
    orders.released(asked)
    cancelling.cancel([asked], by="client", reason="不要", actor=OPERATOR, at=now)
    _in_trouble(nth)
    supply = _supplied(nth)
    shipment = _been_through_all(nth, reasons)
    coming = {"supply_id": supply.pk, "supply_item_id": SupplyItem.objects.latest("id").pk}
    return {
        "order_id": shipment.order_id,
        "hold_id": Hold.objects.latest("id").pk,
        "shipment_id": shipment.pk,
        **coming,
    }


def _notices(nth: int, order: int) -> Ids:
    """Mails about an order, a bundle of n, what the client chose about its mails, and looks at a buyer's page."""
    at = orders.MORNING
    common: dict[str, Any] = {"address": f"buyer{nth}@example.com", "language": "ja", "subject": "件名", "body": "本文"}
    common |= {"written_at": at, "due_at": at, "state": Notice.SENT}
    bundle = Notice.objects.create(kind=Notice.BUNDLE, audience="client", **common)
    for _nth in range(nth):
        Notice.objects.create(kind="buyer.received", audience="buyer", order_id=order, **common)
        Notice.objects.create(kind="client.question", audience="client", order_id=order, sent_in=bundle, **common)
    NoticeSettings.objects.create(changed_at=at, changed_by=OPERATOR.name)
    NoticeSwitch.objects.create(kind=f"buyer.planted{nth}", is_on=True)
    words = {"subject": "件名", "body": "本文", "saved_at": at, "saved_by": OPERATOR.name}
    NoticeText.objects.create(kind="buyer.shipped", language="ja", version=nth, **words)
    SuppressedAddress.objects.create(address=common["address"], reason="bounced", since=at)
    TrackingLink.objects.get_or_create(order_id=order)
    TrackingVisit.objects.create(order_id=order, day=at.date() + timedelta(days=nth), views=nth)
    return {"notice_id": bundle.pk}


def _entries(nth: int, readers: list[Person]) -> Ids:
    """Drafts of everybody with n lines, and an order of the same buyer from before."""
    at = orders.MORNING
    typed = {f"line-{k}-sku": f"SKU-{k}" for k in range(nth)} | {"line-TOTAL_FORMS": str(nth), "way": "fax"}
    made = {"content": typed | {"buyer_phone": "090-1234-5678"}, "made_at": at, "saved_at": at}
    keys = {}
    for reader in readers:
        for _draft in range(nth):
            keys[reader.pk] = str(EntryDraft.objects.create(key=uuid4(), person_id=reader.pk, **made).key)
    orders.order(units=(1,) * nth, buyer_phone="+819012345678", payment_method=f"方法{nth}")
    owner, admin = (keys[reader.pk] for reader in readers[:2])
    return {"clients/<slug:client_code>/orders/new/<uuid:entry>": admin, "entry": owner}


def _hooks(nth: int) -> Ids:
    """A shop that tells of orders, with the secret in force and the one before, and n messages of it."""
    at = clock.now()
    shop = orders.channel(f"live{nth}", profile="eccube")
    for ends_at in (None, at + timedelta(days=7)):
        HookSecret.objects.create(
            channel_id=shop.pk, sealed="x", hint="abcd", made_at=at, made_by=OPERATOR.name, ends_at=ends_at
        )
    HookDelivery.objects.bulk_create(
        HookDelivery(
            channel_id=shop.pk, event=f"e-{k}", size=1, sealed="x", state="refused", result="missing", received_at=at
        )
        for k in range(nth)
    )
    return {"channel_code": shop.code}


def _buyers(nth: int) -> Ids:
    """Of the orders here: a buyer of n, with n ways to reach them; n others merged into them, n more who may be."""
    planted = list(Order.objects.filter(buyer=None).order_by("-pk").values_list("pk", flat=True)[: 3 * nth])
    assert len(planted) == 3 * nth
    for k, order in enumerate(planted):
        mail, way = (nth, k) if k < nth else (f"{nth}-{k}", 0)
        Order.objects.filter(pk=order).update(
            buyer_name=f"客{nth}",
            buyer_email=f"kyaku{mail}@example.jp",
            buyer_phone=f"+8190{nth:04}{way:04}",
            buyer_postcode=f"105{way:04}",
        )
    buyers.recognise(at=orders.MORNING)
    buyer = Buyer.objects.get(marks__value=f"kyaku{nth}@example.jp").pk
    asked = list(Proposal.objects.filter(Q(first=buyer) | Q(second=buyer)).order_by("pk").values_list("pk", "second"))
    for proposal, second in asked[:nth]:
        keep: Keep = "second" if second == buyer else "first"
        customers.accept([proposal], keep=keep, actor=OPERATOR, at=orders.MORNING)
    return {"buyer_id": buyer}


def _quotes(nth: int) -> Ids:
    """An inquiry with n quotes; the last of them of n + 1 versions, with questions; and one that became an order."""
    at = clock.now()
    QuoteSettings.objects.create(changed_at=at, changed_by=OPERATOR.name)
    inquiry = quoting.receive(
        quotes.BUYER, subject=f"相談{nth}", text="300個", owner=f"営業{nth}", actor=OPERATOR, at=at
    )
    lines = [quotes.line(f"PLANTED-{k}") for k in range(nth)]
    for _nth in range(nth):
        draft = quotes.draft(*lines, owner=f"営業{nth}")
        version = quoting.create(draft, inquiry_id=inquiry.pk, actor=OPERATOR, at=at)
    for _version in range(nth):
        quoting.send([version.quote_id], actor=OPERATOR, at=at)
        for k in range(nth):
            asked = quoting.ask(version.pk, text=f"納期は{k}?", actor=quotes.THEMSELVES, at=at)
            quoting.answer_question(asked.pk, answer="7日です", actor=OPERATOR, at=at)
        quoting.ask(version.pk, text="送料は?", actor=quotes.THEMSELVES, at=at)
        (version,), _refused = quoting.revise([version.quote_id], actor=OPERATOR, at=at)
    contract = quotes.accepted(*lines, at=at)
    quoting.order([contract.pk], actor=OPERATOR, at=at).sole()
    return {
        "inquiry_id": inquiry.pk,
        "quote_id": version.quote_id,
        "version_id": version.pk,
        "contract_id": contract.pk,
    }


def _projects(nth: int) -> Ids:
    """A template, and a project with n of everything, whose first milestone was rejected n times."""
    at = clock.now()
    kept = serving.keep_template(f"ひな形{nth}", projects.BLUEPRINT, actor=OPERATOR, at=at)
    inquiry = quoting.receive(quotes.BUYER, subject=f"導入{nth}", text="", owner="営業", actor=OPERATOR, at=at)
    done = serving.create(projects.draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=at)
    serving.waive([done.pk], reason="基本契約による", actor=OPERATOR, at=at)
    serving.add_milestones(done.pk, projects.worth(1000), actor=OPERATOR, at=at)
    projects.accepted(done, at=at)
    serving.evaluate(done.pk, projects.PERSON, score=5, actor=quotes.THEMSELVES, at=at)
    project = projects.under_contract(at=at)
    for k in range(nth):
        serving.ask(project.pk, [Question(f"区分{k}", f"質問{k}")], actor=OPERATOR, at=at)
        draft = serving.TaskDraft(f"作業{k}", "delivery", at.date(), at.date(), 60, f"担当{nth}-{k}")
        (task,) = serving.add_tasks(project.pk, [draft], actor=OPERATOR, at=at)
        worked = serving.Worked(f"担当{nth}-{k}", at.date(), 30, task_id=task.pk)
        rows = serving.log(project.pk, [worked, worked], actor=OPERATOR, at=at)
        serving.undo([rows[0].pk], reason="入れ間違い", actor=OPERATOR, at=at)
        serving.report(project.pk, month=date(2026, 10 - k, 1), actor=OPERATOR, at=at)
        serving.add_checks(projects.ids(Milestone, project)[0], [f"検査{k}"], actor=OPERATOR, at=at)
    for _nth in range(nth):
        asked = projects.handed_in(project, at=at)
        serving.answer(asked.pk, projects.PERSON, accept=False, reason="不足", actor=quotes.THEMSELVES, at=at)
    serving.add_milestones(project.pk, projects.worth(*range(nth)), actor=OPERATOR, at=at)
    asked = projects.handed_in(project, 1, at=at)
    serving.answer(asked.pk, projects.PERSON, accept=True, actor=quotes.THEMSELVES, at=at)
    asked = projects.handed_in(project, at=at)
    late = projects.delivering(at=at - timedelta(days=30))
    for k in range(nth):
        draft = serving.TaskDraft(f"遅れ{k}", "delivery", date(2026, 9, 1), date(2026, 9, 2), 60)
        serving.add_tasks(late.pk, [draft], actor=OPERATOR, at=at)
    serving.add_milestones(late.pk, projects.worth(*range(nth)), actor=OPERATOR, at=at)
    for k in range(nth):
        projects.handed_in(late, 1 + k, at=at - timedelta(days=20))
    serving.tell_late(at=at)
    return {
        "project_id": project.pk,
        "task_id": task.pk,
        "milestone_id": asked.milestone_id,
        "template_id": kept.pk,
        "work_id": rows[1].pk,
        "acceptance_id": asked.pk,
    }


def _in_parts(nth: int) -> list[int]:
    """An order released in n shipments; their ids."""
    order = operations.received(units=(1,) * nth)
    for line in Order.objects.get(pk=order).lines.all():
        shipping.release([order], quantities={line.pk: 1}, actor=OPERATOR, at=orders.MORNING)
    return list(Shipment.objects.filter(order_id=order).values_list("pk", flat=True))


def _in_trouble(nth: int) -> None:
    """Decisions that wait for either side, changes that wait for an answer, and a return."""
    now = orders.MORNING
    ours, theirs, changing, back = (operations.received(units=(1,) * nth) for _each in range(4))
    for kind in ("shortage", "bad_address", "credit_ng")[:nth]:
        exceptions.open_for([theirs], kind=kind, actor=OPERATOR, at=now)
    orders.released(changing)
    for kind, wanted in (("note", {"note": "置き配"}), ("date", {"date": "2027-01-08"}), ("address", _ADDRESS))[:nth]:
        changes.ask([changing], kind=kind, wanted=wanted, reason="希望", actor=OPERATOR, at=now)
    orders.shipped(ours, back)
    for kind in ("accident", "wrong_item", "damaged")[:nth]:
        exceptions.open_for([ours], kind=kind, actor=OPERATOR, at=now)
    returning.request([back], reason="不要", actor=OPERATOR, at=now)


def _supplied(nth: int) -> Supply:
    """Goods ordered for n lines, with their paper, some of which have come; others wait to be ordered."""
    now = orders.MORNING
    supplies.item("SKU-", "stock", supplies.supplier(f"maker{nth}"))
    supplies.item(f"PLANTED-{nth}", "drop_ship", supplies.supplier(f"maker{nth}"))
    operations.received(units=(1,) * nth, branch="made_to_order")
    made = operations.received(units=(1 + nth,) * nth, branch="made_to_order")
    (placed,) = supplying.place([made], actor=OPERATOR, at=now).supplies
    supplying.send([placed], actor=OPERATOR, at=now)
    supplying.deliver([placed], sender=OPERATOR.name, at=now)
    first = SupplyLine.objects.filter(supply=placed).earliest("id")
    supplying.arrive([placed], pieces={first.pk: 1}, actor=OPERATOR, at=now)
    for _time in range(nth):
        supplying.dispatch(placed, {first.line.sku: 1}, carrier="", numbers=[], actor=OPERATOR, at=now)
        supplying.deliver([placed], sender=OPERATOR.name, again=True, at=now)
    _unanswered(nth)
    return Supply.objects.get(pk=placed)


def _unanswered(nth: int) -> None:
    """Orders for n lines to suppliers that cannot deliver: one that the client asks again, and one that we do."""
    now = orders.MORNING
    for side in ("client", "operator"):
        supplies.item(f"NEVER-{nth}-{side}", "drop_ship", supplies.supplier(f"{side}{nth}", chased_by=side))
        order = operations.received(units=(1,) * nth, branch="drop_ship")
        Line.objects.filter(order=order).update(sku=f"NEVER-{nth}-{side}")
        (placed,) = supplying.place([order], actor=OPERATOR, at=now).supplies
        supplying.send([placed], actor=OPERATOR, at=now)
        for _time in range(nth):
            supplying.decline([placed], answer="廃番", actor=OPERATOR, at=now)


def _been_through_all(nth: int, reasons: list[str]) -> Shipment:
    now = orders.MORNING
    order = operations.received(units=(1,) * nth, verifications=reasons)
    verification.answer([order], answer="確認済み", actor=OPERATOR, at=now)
    for reason in list(HOLD_REASONS)[:nth]:
        holds.place([order], reason=reason, actor=OPERATOR, at=now)
    holds.release([order], reason="確認済み", actor=OPERATOR, at=now)
    for line in Order.objects.get(pk=order).lines.all():
        shipping.release([order], quantities={line.pk: 1}, actor=OPERATOR, at=now)
        cancelling.cancel([order], by="client", reason="不要", actor=OPERATOR, at=now)
        cancelling.answer_request([order], accept=False, answer="出荷します", actor=OPERATOR, at=now)
    shipments = list(Shipment.objects.filter(order_id=order).values_list("pk", flat=True))
    shipping.pick(shipments, actor=OPERATOR, at=now)
    shipping.pack(shipments, actor=OPERATOR, at=now)
    slips = {pk: [("yamato", orders.tracking_number()) for _parcel in range(nth)] for pk in shipments}
    shipping.ship(shipments, parcels=slips, actor=OPERATOR, at=now)
    shipping.deliver(shipments[:1], actor=OPERATOR, at=now)
    for kind in ("accident", "wrong_item", "damaged")[:nth]:
        exceptions.open_for([order], kind=kind, actor=OPERATOR, at=now)
    troubles = list(OrderException.objects.filter(order=order).values_list("pk", flat=True))
    exceptions.withdraw(troubles, note="無事でした", actor=OPERATOR, at=now)
    for line in Order.objects.get(pk=order).lines.all():
        returning.request([order], quantities={line.pk: 1}, reason="不要", actor=OPERATOR, at=now)
        back = Return.objects.latest("pk").pk
        returning.receive([back], actor=OPERATOR, at=now)
        returning.inspect([back], finding="良品", actor=OPERATOR, at=now)
    return Shipment.objects.get(pk=shipments[0])


def _arrival(nth: int) -> Ids:
    """A file with one good row and n refused ones, and a file that mends one of them."""
    channel = orders.channel(f"shop{nth}")
    bad = [row(店舗伝票番号=f"BAD-{nth}-{k}", 受注数量="二つ") for k in range(nth)]
    good = row(店舗伝票番号=f"GOOD-{nth}")
    mended = row(店舗伝票番号=f"BAD-{nth}-0")
    first = _submitted(channel, [good, *bad], f"受注{nth}.csv")
    _submitted(channel, [mended], f"受注{nth}_修正済み.csv", mends=first)
    assert arrivals.refused_rows(first).rows[0].is_mended
    assert RefusedRow.objects.filter(intake=first).count() == nth
    _shown(nth, channel, f"GOOD-{nth}")
    rule = _rule(nth, Order.objects.get(number=f"GOOD-{nth}").pk)
    return {"intake_id": first.pk, "rule_id": rule, **_setup(nth, channel, first)}


def _rule(nth: int, order: int) -> int:
    """A rule of n versions, and n effects of it on the order."""
    at = clock.now()
    tags = [{"do": "tag", "tag": f"印{k}"} for k in range(nth)]
    rule = ruling.create(ruling.Draft(f"規則{nth}", {"all": []}, tags), actor=OPERATOR, at=at)
    for version in range(1, nth):
        draft = ruling.Draft(f"規則{nth}の{version}", {"all": []}, tags)
        rule = ruling.change(rule.pk, draft, seen=version, actor=OPERATOR, at=at)
    for k in range(nth):
        RuleOrder.objects.create(version=100 * nth + k, rules=[rule.pk], made_at=at, made_by="A")
    ruling.run_again([order], rules=[rule], actor=OPERATOR, at=at)
    assert RuleEffect.objects.filter(rule=rule).count() == nth
    return rule.pk


def _shown(nth: int, channel: Any, known: str) -> None:
    """A file that waits for somebody to decide, with n new orders, n bad ones and a known one that differs."""
    rows = [row(店舗伝票番号=f"NEW-{nth}-{k}") for k in range(nth)]
    rows += [row(店舗伝票番号=f"ODD-{nth}-{k}", 受注数量="二つ") for k in range(nth)]
    rows.append(row(店舗伝票番号=known, 備考="玄関前", 発送先名="別 人"))
    at = clock.now()
    sent = receiving.submit(
        channel, file_name=f"確認{nth}.csv", data=order_file(rows), preview=True, actor=OPERATOR, at=at
    )
    receiving.check(sent.pk, at=at)


def _setup(nth: int, channel: Any, intake: Any) -> Ids:
    """A mapped layout in n versions that a channel is read by, and n differences on the import."""
    at = clock.now()
    StopRequest.objects.get_or_create(pk=intake.pk, defaults={"asked_by": "受注 花子"})
    Difference.objects.bulk_create(
        Difference(intake=intake, order_id=1, number=f"D-{k}", field="note", before="", after="玄関前")
        for k in range(nth)
    )
    data = order_file([row(店舗伝票番号=f"S-{nth}-{k}") for k in range(nth)])
    own = formats.begin(name=f"自社{nth}", files=[("見本.csv", io.BytesIO(data))])
    for _version in range(nth):
        formats.save(own.pk, own.draft, actor=OPERATOR, at=at)
    orders.channel(f"own{nth}", profile=own.code)
    return {"format_id": own.pk, "channel_id": channel.pk}


def _submitted(channel: Any, rows: list[dict[str, str]], name: str, **more: Any) -> Any:
    at = clock.now()
    arrived = receiving.submit(channel, file_name=name, data=order_file(rows), actor=OPERATOR, at=at, **more)
    return receiving.run(arrived.pk, at=at)


def _threads(nth: int, order: int, readers: list[Person]) -> Ids:
    """A general thread and one of the order, each with n questions, answers, notes and files."""
    at = clock.now()
    owner = Actor("person", str(readers[0].pk), readers[0].name)
    first = threads.open_general(f"T-件名{nth}", Words("はじめに"), side="client", actor=owner, at=at)
    for k in range(nth):
        for write in (partial(threads.write, first.thread_id), partial(threads.write_about, order)):
            file = Sent(f"T-添付{nth}-{k}.txt", io.BytesIO("控え".encode()))
            write(Words(f"T-0 {k}はいつですか", files=[file]), side="client", actor=owner, at=at)
            write(Words("確かめます", internal=True), side="operator", actor=OPERATOR, at=at)
            write(Words(f"明日です @{readers[0].name}"), side="operator", actor=OPERATOR, at=at)
    last = threads.write(first.thread_id, Words("ほかにも"), side="client", actor=owner, at=at)
    return {"thread_id": first.thread_id, "message_id": last.pk}


def _invoice(nth: int, state: str, *, order: int) -> Ids:
    """An invoice of n lines, each with n facts behind it and a dispute."""
    at = clock.now()
    month = date(2025 if state == Invoice.ISSUED else 2026, nth, 1)
    number = f"INV-2025-{nth:05}" if state == Invoice.ISSUED else None
    period = {"period_start": month, "period_end": month_of(month).end, "due_on": month_of(month).end}
    invoice = Invoice.objects.create(state=state, number=number, plan="従量", rounding="down", drafted_at=at, **period)
    events = list(Event.objects.filter(order_id=order).order_by("id").values_list("pk", flat=True)[:nth])
    for k in range(nth):
        code = f"{state}-{nth}-{k}"
        line = InvoiceLine.objects.create(
            invoice=invoice,
            position=k,
            charge_code=code,
            description="受注処理料",
            meter="orders",
            quantity=nth,
            amount=100 * nth,
            tax_rate=10,
        )
        RatedFact.objects.bulk_create(
            RatedFact(line=line, charge_code=code, event_id=event, quantity=1, late=False) for event in events
        )
        Dispute.objects.create(invoice=invoice, charge_code=code, text="件数は?", raised_by="経理", raised_at=at)
    Standing.objects.create(
        client="acme",
        period_start=month,
        period_end=invoice.period_end,
        invoice_id=invoice.pk,
        state=state,
        total=0,
        changed_at=at,
    )
    return {"invoice_id": invoice.pk, "<int:invoice_id>/<slug:code>": f"{state}-{nth}-0"}


def _settings(nth: int, readers: list[Person]) -> Ids:
    at = clock.now()
    plan, charges, included = PLANS["usage"]
    begins = date(2024, nth, 1)
    terms.agree(plan=plan, starts_on=begins, recipient={"name": "アクメ商事株式会社"})
    # An estimate counts each charge of the card in force by itself, so all cards have the same.
    terms.publish_card(name=plan, starts_on=begins, charges=charges, included=included, actor=OPERATOR)
    services.create_token(
        name=f"基幹{nth}", scopes=list(TOKEN_SCOPES), expires_at=at + timedelta(days=30), actor=OPERATOR, at=at
    )
    sla.freeze(month_of(date(2025, nth, 1)), actor=OPERATOR, at=at)
    SavedView.objects.bulk_create(
        SavedView(person_id=reader.pk, name=f"条件{nth}", query="phase=received", side=side, position=nth)
        for reader in readers
        for side in ("client", "operator")
    )
    named = [phase.code for phase in PHASES[:nth]]
    naming.rename_phases({code: {"ja": f"{nth}番", "en": f"No. {nth}"} for code in named}, actor=OPERATOR, at=at)
    with_clock = promises.promises_in_force()[0][0].clocks.latest("id")
    return {"clocks/<int:pk>": with_clock.pk, "promises/<int:pk>": with_clock.promise_id}


def _papers(nth: int, main: Ids, invoices: list[Ids]) -> Ids:
    """A paper with n - 1 later versions, n of the order and of the invoice."""
    at = clock.now()
    about = {"order_id": main["order_id"], "invoice_id": invoices[1]["invoice_id"]}
    facts: dict[str, Any] = {"kind": "invoice", "content_type": "application/pdf", "actor": OPERATOR, "at": at, **about}
    paper = None
    for k in range(nth):
        name = f"T-書類{nth}-{k}"
        paper = documents.file(
            title=name, file_name=f"{name}.pdf", content=b"%PDF-1.7 body %%EOF", supersedes=paper, **facts
        )
    assert paper is not None
    main |= _printed(nth, int(main["order_id"]))
    Invoice.objects.filter(pk=invoices[1]["invoice_id"]).update(document_id=paper.pk)
    return {"documents/<int:pk>": paper.pk}


def _printed(nth: int, order: int) -> Ids:
    """Another letterhead with its logo; each paper of the order and of its shipments n times, and all in one file."""
    at = clock.now()
    texts = {"name": f"アクメ商事{nth}"}
    letterheads.change(texts, show_prices=True, pictures_given={"logo": LOGO}, actor=OPERATOR, at=at)
    shipments = list(Shipment.objects.filter(order_id=order).values_list("pk", flat=True))
    for _revision in range(nth):
        printed.issue("order_slip", [order], actor=OPERATOR, at=at)
        printed.issue("delivery_note", shipments, actor=OPERATOR, at=at)
    run = printed.ask_for_print("delivery_note", shipments, actor=OPERATOR, at=at)
    printed.fulfil(run.pk, at=at)
    return {"run_id": run.pk}


def _work() -> dict[str, Ids]:
    """The newest open item of each kind."""
    with scope.operator():
        newest = WorkItem.objects.filter(client="acme", state=WorkItem.OPEN).order_by("kind", "-id").distinct("kind")
        return {item.kind: {"item_id": item.pk, "kind": item.kind} for item in newest}
