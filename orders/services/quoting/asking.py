"""Inquiries, and what buyers ask about a quote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, Happening, publish
from core.text import search_key
from core.wording import Sentence, _
from orders.models import Inquiry, QuoteQuestion
from orders.quoting import INQUIRIES, refusal
from orders.services.quoting.locking import one
from orders.services.quoting.telling import tell
from orders.services.quoting.writing import Buyer
from orders.services.verification import check_words

LONGEST = 2000
MOST_QUESTIONS = 10
"""Of one version: a page without log-in takes no more."""


@transaction.atomic
def receive(buyer: Buyer, *, subject: str, text: str, owner: str, actor: Actor, at: datetime) -> Inquiry:
    """Write down that somebody asks for a price."""
    known = buyer.normalised()
    words = (subject, *(known[f"buyer_{part}"] for part in ("company", "name", "email", "phone")))
    inquiry = Inquiry.objects.create(
        subject=subject.strip(),
        text=text.strip(),
        owner=owner.strip(),
        received_at=at,
        received_by=actor.name,
        search=search_key("|".join(words)),
        **known,
    )
    publish([_happening("inquiry.received", inquiry)], actor=actor, at=at)
    return inquiry


@transaction.atomic
def close(inquiry_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """End inquiries of which nothing will come, with the reason."""
    check_words(reason, field="reason")
    locked = {one.pk: one for one in Inquiry.objects.select_for_update().filter(pk__in=list(inquiry_ids))}
    refused = {key: Refused(Sentence(_("この問い合わせはありません。")), code="not_found") for key in inquiry_ids}
    refused = {key: why for key, why in refused.items() if key not in locked}
    for key, inquiry in locked.items():
        why = refusal("close_inquiry", inquiry.state, INQUIRIES)
        if why is not None:
            refused[key] = why
    going = [inquiry for key, inquiry in locked.items() if key not in refused]
    Inquiry.objects.filter(pk__in=[inquiry.pk for inquiry in going]).update(
        state=Inquiry.CLOSED, closed_at=at, closed_by=actor.name, reason=reason.strip()
    )
    publish([_happening("inquiry.closed", inquiry) for inquiry in going], actor=actor, at=at)
    return Outcome.of((inquiry.pk for inquiry in going), refused)


def _happening(name: str, inquiry: Inquiry) -> Happening:
    return Happening(name, "inquiry", inquiry.pk, {"subject": inquiry.subject})


@transaction.atomic
def ask(version_id: int, *, text: str, actor: Actor, at: datetime) -> QuoteQuestion:
    """The buyer asks about a quote that waits for them."""
    check_words(text, field="text", longest=LONGEST)
    version = one(version_id, "accept")
    if version.questions.count() >= MOST_QUESTIONS:
        raise Refused(Sentence(_("ご質問が多くなりました。お手数ですが直接お問い合わせください。")), code="too_many")
    question = QuoteQuestion.objects.create(version=version, text=text.strip(), asked_at=at)
    tell("quote.asked", [version], actor=actor, at=at, question=question.text)
    return question


@transaction.atomic
def answer_question(question_id: int, *, answer: str, actor: Actor, at: datetime) -> QuoteQuestion:
    """Answer what the buyer asked; they read it on their page."""
    check_words(answer, field="answer", longest=LONGEST)
    question = QuoteQuestion.objects.select_for_update().select_related("version__quote").filter(pk=question_id).first()
    if question is None:
        raise Refused(Sentence(_("この質問はありません。")), code="not_found")
    if question.answered_at is not None:
        raise Refused(Sentence(_("この質問にはすでに回答しています。")), code="answered")
    question.answer, question.answered_at, question.answered_by = answer.strip(), at, actor.name
    question.save()
    tell("quote.answered", [question.version], actor=actor, at=at, question=question.text, answer=question.answer)
    return question
