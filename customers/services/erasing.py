"""A buyer's name, ways to reach them and addresses are erased; that somebody bought stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from core.text import search_key
from customers.models import Address, Buyer, Mark, Proposal
from customers.services.turns import take_turn


def lock(buyer_id: int) -> None:
    """Nobody recognises or merges until the transaction at hand is over; the buyer is locked."""
    take_turn()
    Buyer.objects.select_for_update(no_key=True).get(pk=buyer_id)


def erase(buyer_id: int, *, name: str, at: datetime) -> None:
    """Take out who this head is, and who hangs below it. name: what stands there instead."""
    members = Buyer.objects.filter(head=buyer_id)
    ids = list(members.values_list("pk", flat=True))
    Mark.objects.filter(buyer__in=ids).delete()
    Address.objects.filter(buyer__in=ids).delete()
    Proposal.objects.filter(Q(first__in=ids) | Q(second__in=ids)).delete()
    for one in members:
        one.identity, one.name, one.kana, one.erased_at = f"erased:{one.pk}", name, "", at
        one.name_key, one.kana_key, one.search = search_key(name), "", ""
        one.save(update_fields=["identity", "name", "kana", "erased_at", "name_key", "kana_key", "search"])
