"""Quotes are written: a draft, changed until it is sent, and the next version of what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.doings import because
from core.errors import Refused
from core.events import Actor
from core.text import phone, postcode, search_key
from core.wording import Sentence, _
from orders.models import Inquiry, Quote, QuoteLine, QuoteSettings, QuoteVersion
from orders.queries.quoting import settings, terms, wanted
from orders.quoting import INQUIRIES, Terms, Wanted, add_up, check_lines, refusal
from orders.services.quoting.locking import one, sifted
from orders.services.quoting.telling import tell


@dataclass(frozen=True)
class Buyer:
    """Who is offered and where it is delivered, as it was typed. company is "" for a person; ship_* "" for the same."""

    name: str
    company: str = ""
    email: str = ""
    phone: str = ""
    postcode: str = ""
    address: str = ""
    ship_name: str = ""
    ship_phone: str = ""
    ship_postcode: str = ""
    ship_address: str = ""

    def normalised(self) -> dict[str, str]:
        """The columns of Buyer and Quote, phones and postcodes brought to one form where they are such."""
        return {
            "buyer_company": self.company.strip(),
            "buyer_name": self.name.strip(),
            "buyer_email": self.email.strip(),
            "buyer_phone": phone(self.phone) or self.phone.strip(),
            "buyer_postcode": postcode(self.postcode) or self.postcode.strip(),
            "buyer_address": self.address.strip(),
        }

    def keys(self) -> dict[str, str]:
        """By what the buyer's past is found."""
        return {"name_key": search_key(self.company or self.name)[:200], "email_key": self.email.strip().lower()}

    def destination(self) -> dict[str, str]:
        """The ship_* columns."""
        return {
            "ship_name": self.ship_name.strip(),
            "ship_phone": phone(self.ship_phone) or self.ship_phone.strip(),
            "ship_postcode": postcode(self.ship_postcode) or self.ship_postcode.strip(),
            "ship_address": self.ship_address.strip(),
        }


@dataclass(frozen=True)
class Draft:
    """A quote as somebody wrote it."""

    subject: str
    owner: str
    buyer: Buyer
    lines: Sequence[Wanted]
    terms: Terms


@transaction.atomic
def create(draft: Draft, *, inquiry_id: int | None = None, actor: Actor, at: datetime) -> QuoteVersion:
    """Write the first version of a quote, for an inquiry or out of the blue. Refused where its lines make no sense."""
    check_lines(draft.lines)
    if inquiry_id is not None:
        state = Inquiry.objects.select_for_update().values_list("state", flat=True).get(pk=inquiry_id)
        if state == Inquiry.CLOSED:
            raise refusal("close_inquiry", state, INQUIRIES) or AssertionError
    quote = Quote.objects.create(
        inquiry_id=inquiry_id, created_at=at, created_by=actor.name, **_of_quote(draft, number="")
    )
    version = QuoteVersion(quote=quote, version=1, made_at=at, made_by=actor.name)
    _fill(version, draft.terms, draft.lines)
    tell("quote.drafted", [version], actor=actor, at=at)
    return version


@transaction.atomic
def change(version_id: int, draft: Draft, *, seen: datetime | None = None, actor: Actor, at: datetime) -> QuoteVersion:
    """Write a draft anew. Refused once it was sent, and where its lines make no sense.

    seen: when the draft that was changed had been written (`made_at`); refused where somebody has written it since.
    """
    check_lines(draft.lines)
    version = one(version_id, "edit")
    if seen is not None and version.made_at != seen:
        late = Refused(
            Sentence(_("編集しているあいだに下書きが変わりました。もう一度保存すると、この内容で上書きします。")),
            code="changed_meanwhile",
        )
        raise because(late, _("%(who)sが %(when)s に保存しました。"), who=version.made_by, at=version.made_at)
    Quote.objects.filter(pk=version.quote_id).update(**_of_quote(draft, number=version.quote.number))
    version.made_at, version.made_by = at, actor.name
    version.lines.all().delete()
    _fill(version, draft.terms, draft.lines)
    return version


@transaction.atomic
def revise(quote_ids: Sequence[int], *, actor: Actor, at: datetime) -> tuple[list[QuoteVersion], dict[int, Refused]]:
    """Begin the next version of quotes, as a draft like the last one; what was sent stays open until it is sent too.

    Returns the drafts, and by quote why there is none.
    """
    ready, refused = sifted("revise", quote_ids)
    QuoteVersion.objects.filter(pk__in=[version.pk for version in ready]).update(is_current=False)
    made = []
    for last in ready:
        version = QuoteVersion(quote=last.quote, version=last.version + 1, made_at=at, made_by=actor.name)
        _fill(version, terms(last), wanted(last))
        made.append(version)
    tell("quote.drafted", made, actor=actor, at=at)
    return made, refused


def _of_quote(draft: Draft, *, number: str) -> dict[str, str]:
    known = draft.buyer.normalised()
    words = (number, draft.subject, *(known[f"buyer_{part}"] for part in ("company", "name", "email", "phone")))
    return {
        "subject": draft.subject.strip(),
        "owner": draft.owner.strip(),
        **known,
        **draft.buyer.destination(),
        **draft.buyer.keys(),
        "search": search_key("|".join(words)),
    }


def _fill(version: QuoteVersion, terms: Terms, lines: Sequence[Wanted]) -> None:
    """Give the version its content, and save both."""
    version.valid_until, version.notes = terms.valid_until, terms.notes.strip()
    version.delivery_time, version.payment = terms.delivery_time.strip(), terms.payment.strip()
    version.postage, version.total = terms.postage, add_up(lines, postage=terms.postage).total
    version.save()
    QuoteLine.objects.bulk_create(
        QuoteLine(version=version, position=position, **vars(line)) for position, line in enumerate(lines, 1)
    )


@transaction.atomic
def choose(
    *, validity_days: int, payment: str, delivery_time: str, orders_at_once: bool, actor: Actor, at: datetime
) -> QuoteSettings:
    """Set what new quotes begin with, and whether an accepted one becomes an order by itself."""
    if not 1 <= validity_days <= 365:
        sentence = Sentence(_("有効期間は1日から365日の間にしてください。"))
        raise Refused(sentence, code="bad_days", field="validity_days")
    chosen = settings()
    chosen.validity_days, chosen.orders_at_once = validity_days, orders_at_once
    chosen.payment, chosen.delivery_time = payment.strip(), delivery_time.strip()
    chosen.changed_at, chosen.changed_by = at, actor.name
    chosen.save()
    return chosen
