"""Who supplies what, and what was ordered from them for which lines."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Supplier(models.Model):
    """A company that sells or makes what the client sells. Written by orders.services.supplying alone.

    is_protected: whether orders to it fall under 取適法. transit_days: working days from the supplier's door to a
    buyer. pays_after_days: days from the delivery to the payment, at most 60 by that law. answer_days: working days in
    which it is to say when it delivers. chased_by: who asks it again, of orders.supplying.CHASERS. language: of mails.
    """

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    address = models.CharField(max_length=255, blank=True)
    payment_means = models.CharField(max_length=60, default="銀行振込")
    pays_after_days = models.PositiveSmallIntegerField(default=30)
    transit_days = models.PositiveSmallIntegerField(default=1)
    answer_days = models.PositiveSmallIntegerField(default=2, db_default=2)
    chased_by = models.CharField(max_length=10, default="operator", db_default="operator")
    language = models.CharField(max_length=5, default="ja", db_default="ja")
    is_protected = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]


class SupplyItem(models.Model):
    """How the goods whose SKU starts so are got; of several that fit, the longest counts.

    branch: of Line. lead_days: working days until it leaves the supplier or is made. cost: yen for a piece, untaxed.
    """

    sku = models.CharField(max_length=100, unique=True)
    branch = models.CharField(max_length=15)
    supplier = models.ForeignKey(Supplier, null=True, on_delete=models.PROTECT, related_name="items")
    lead_days = models.PositiveSmallIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        ordering = ["sku"]
        constraints = [
            models.CheckConstraint(
                name="supply_item_direct_from_someone", condition=~Q(branch="drop_ship") | Q(supplier__isnull=False)
            )
        ]


class Supply(models.Model):
    """An order to a supplier, or one to make something (手配). Written by orders.services.supplying alone.

    kind: of orders.supplying.KINDS; supplier: None where the client makes it itself. order: of what goes straight to
    the buyer, whose it is. state is derived from the facts and written by orders.services.standing alone.
    asked_on: the day we asked for, expected_on: the day the supplier gave: on which it leaves the
    supplier, arrives at the warehouse or is made, by the kind. answer_by: the last day for saying so, None where
    nobody is asked. declined_at: when the supplier said that it cannot; answer: its own words. overdue: a key of
    orders.supplying.OVERDUE, derived as state is. serial: of its link (orders.queries.supply_links).
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    supplier = models.ForeignKey(Supplier, null=True, on_delete=models.PROTECT, related_name="supplies")
    order = models.ForeignKey("orders.Order", null=True, on_delete=models.PROTECT, related_name="direct_supplies")
    state = models.CharField(max_length=10, default="draft")
    asked_on = models.DateField()
    expected_on = models.DateField(null=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=100)
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, db_default="")
    overdue = models.CharField(max_length=10, db_default="")
    serial = models.PositiveIntegerField(db_default=0)
    finished_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"], name="supply_state_newest"),
            models.Index(fields=["id"], name="supply_to_chase", condition=~Q(overdue="")),
        ]

    @property
    def number(self) -> str:
        """What people call it."""
        return f"S-{self.pk:06}"


class SupplyLine(models.Model):
    """How many pieces of an order line come with an order to a supplier.

    arrived: received, made, or sent to the buyer. dispatched: what the supplier said it had sent. cost: yen
    for a piece, untaxed, as it was when it was ordered.
    """

    id = models.BigAutoField(primary_key=True)
    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.Line", on_delete=models.PROTECT, related_name="supply_lines")
    quantity = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField(db_default=0)
    dispatched = models.PositiveIntegerField(db_default=0)
    cancelled = models.PositiveIntegerField(db_default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="supply_line_within", condition=Q(quantity__gte=F("arrived") + F("cancelled"), quantity__gt=0)
            )
        ]
