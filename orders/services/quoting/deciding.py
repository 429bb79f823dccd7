"""A quote is accepted, declined, withdrawn, or its time is over."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import SYSTEM, Actor
from core.wording import Sentence, _
from orders import ports
from orders.models import Contract, QuoteVersion
from orders.queries.quoting import settings, with_lines
from orders.quoting import QUOTES
from orders.services.quoting import contracting
from orders.services.quoting.locking import lock_quotes, one, sifted
from orders.services.quoting.telling import tell
from orders.services.verification import check_words

BATCH = 500
LONGEST_NAME = 100
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Evidence:
    """Who says yes: the name as typed, and from which address and with which program it came."""

    name: str
    ip: str = ""
    agent: str = ""


@transaction.atomic
def accept(version_id: int, evidence: Evidence, *, actor: Actor, at: datetime) -> Contract:
    """The buyer accepts this version on their page: the electronic contract is in force from now on.

    Refused where it is not the version that waits for them, or its time is over. Where the client wants it the order
    is made at once; if that is refused the contract stands, and somebody makes the order.
    """
    version = _acceptable(version_id, evidence.name, at=at)
    contract = _contract(version, Contract.ELECTRONIC, evidence, actor=actor, at=at)
    contract.state, contract.starts_on = Contract.IN_FORCE, ports.today(at)
    contract.save()
    _accepted(version, contract, actor=actor, at=at)
    return contract


@transaction.atomic
def record_acceptance(
    version_id: int,
    evidence: Evidence,
    *,
    kind: str,
    document_id: int | None = None,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> Contract:
    """Somebody of the house writes down that the buyer accepted: by their 発注書, or by a contract on paper.

    A purchase order needs its document and is in force at once; a contract on paper waits until it is signed.
    """
    if kind not in (Contract.PURCHASE_ORDER, Contract.PAPER):
        raise Refused(Sentence(_("承諾の方法を選んでください。")), code="unknown_kind", field="kind")
    if kind == Contract.PURCHASE_ORDER and document_id is None:
        raise Refused(Sentence(_("発注書のファイルを選んでください。")), code="missing", field="file")
    version = _acceptable(version_id, evidence.name, at=at)
    contract = _contract(version, kind, evidence, actor=actor, at=at)
    contract.document_id, contract.reference = document_id, reference.strip()
    if kind == Contract.PURCHASE_ORDER:
        contract.state, contract.starts_on = Contract.IN_FORCE, ports.today(at)
    contract.save()
    _accepted(version, contract, actor=actor, at=at)
    return contract


def _acceptable(version_id: int, name: str, *, at: datetime) -> QuoteVersion:
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Refused(Sentence(_("お名前を入れてください。")), code="missing", field="name")
    version = one(version_id, "accept")
    if is_over(version.valid_until, at=at):
        raise Refused(Sentence(QUOTES[QuoteVersion.EXPIRED].why_not), code="is_expired")
    return version


def is_over(valid_until: date, *, at: datetime) -> bool:
    """Whether the last day on which a quote can be accepted has passed."""
    return valid_until < ports.today(at)


def _contract(version: QuoteVersion, kind: str, evidence: Evidence, *, actor: Actor, at: datetime) -> Contract:
    return Contract(
        version=version,
        kind=kind,
        accepted_at=at,
        accepted_by=evidence.name.strip(),
        accepted_from=evidence.ip[:45],
        accepted_with=evidence.agent[:300],
        recorded_by=actor.name,
        terms=version.notes,
    )


def _accepted(version: QuoteVersion, contract: Contract, *, actor: Actor, at: datetime) -> None:
    """The version stands for its quote; a draft of the next one has no purpose any more."""
    drafts = QuoteVersion.objects.filter(quote=version.quote_id, state=QuoteVersion.DRAFT)
    drafts.update(state=QuoteVersion.WITHDRAWN, is_current=False, decided_at=at, decided_by=actor.name)
    version.state, version.is_current = QuoteVersion.ACCEPTED, True
    version.decided_at, version.decided_by = at, contract.accepted_by
    version.save()
    evidence = {"by": contract.accepted_by, "from": contract.accepted_from, "with": contract.accepted_with}
    tell("quote.accepted", [version], actor=actor, at=at, contract_id=contract.pk, kind=contract.kind, **evidence)
    if contract.state == Contract.IN_FORCE:
        order_by_itself(contract, at=at)


def order_by_itself(contract: Contract, *, at: datetime) -> None:
    """Make the order where the client wants that; what is refused leaves nothing behind but the contract."""
    if settings().orders_at_once:
        with contextlib.suppress(Refused), transaction.atomic():
            contracting.order([contract.pk], actor=SYSTEM, at=at).sole()


@transaction.atomic
def decline(version_id: int, *, reason: str, name: str = "", actor: Actor, at: datetime) -> QuoteVersion:
    """The buyer does not want it, and says why. A draft of the next version stays."""
    check_words(reason, field="reason", longest=LONGEST_REASON)
    version = one(version_id, "decline")
    _close([version], QuoteVersion.DECLINED, reason.strip(), by=name.strip() or actor.name, at=at)
    tell("quote.declined", [version], actor=actor, at=at)
    return version


@transaction.atomic
def withdraw(quote_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """Take quotes back, with everything of them that waits; nobody can accept them any more."""
    check_words(reason, field="reason", longest=LONGEST_REASON)
    ready, refused = sifted("withdraw", quote_ids)
    waiting = with_lines(QuoteVersion.objects.filter(quote__in=[v.quote_id for v in ready], state=QuoteVersion.SENT))
    taken = {version.pk: version for version in (*ready, *waiting)}
    _close(list(taken.values()), QuoteVersion.WITHDRAWN, reason.strip(), by=actor.name, at=at)
    tell("quote.withdrawn", ready, actor=actor, at=at)
    return Outcome.of((version.quote_id for version in ready), refused)


@transaction.atomic
def expire_due(*, at: datetime) -> int:
    """End the quotes whose last day has passed, BATCH at most; returns how many."""
    due = QuoteVersion.objects.filter(state=QuoteVersion.SENT, valid_until__lt=ports.today(at))
    lock_quotes(due.order_by("valid_until", "pk").values_list("quote_id", flat=True)[:BATCH])
    over = list(with_lines(due.order_by("valid_until", "pk"))[:BATCH])
    _close(over, QuoteVersion.EXPIRED, "", by=SYSTEM.name, at=at)
    tell("quote.expired", over, actor=SYSTEM, at=at)
    return len(over)


def _close(versions: Collection[QuoteVersion], state: str, reason: str, *, by: str, at: datetime) -> None:
    for version in versions:
        version.state, version.reason, version.decided_at, version.decided_by = state, reason, at, by[:LONGEST_NAME]
    QuoteVersion.objects.bulk_update(versions, ["state", "reason", "decided_at", "decided_by"])
