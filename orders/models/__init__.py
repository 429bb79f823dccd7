from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value

from orders.models.chosen import PhaseLabel, SavedView
from orders.models.entries import EntryDraft
from orders.models.intakes import Channel, Difference, FileFormat, FormatVersion, Intake, RefusedRow, StopRequest
from orders.models.quotes import Contract, Inquiry, Quote, QuoteLine, QuoteQuestion, QuoteSettings, QuoteVersion
from orders.models.supplies import Supplier, Supply, SupplyItem, SupplyLine
from orders.models.threads import Attachment, Message, Question, ReadMark, Thread
from orders.models.troubles import CancelRequest, ChangeRequest, OrderException, Return, ReturnLine

__all__ = [
    "ArrivalRule",
    "Attachment",
    "CancelRequest",
    "ChangeRequest",
    "Channel",
    "Contract",
    "Difference",
    "EntryDraft",
    "FileFormat",
    "FormatVersion",
    "Hold",
    "Inquiry",
    "Intake",
    "Line",
    "Message",
    "Order",
    "OrderException",
    "Parcel",
    "PhaseLabel",
    "Question",
    "Quote",
    "QuoteLine",
    "QuoteQuestion",
    "QuoteSettings",
    "QuoteVersion",
    "ReadMark",
    "RefusedRow",
    "Return",
    "ReturnLine",
    "RuleEffect",
    "RuleOrder",
    "RuleVersion",
    "SavedView",
    "Shipment",
    "ShipmentLine",
    "StopRequest",
    "Supplier",
    "Supply",
    "SupplyItem",
    "SupplyLine",
    "Thread",
    "Verification",
]


class ArrivalRule(models.Model):
    """A client's rule at arrival: its place, whether and from when it is in force. Written by orders.services.ruling.

    version: the RuleVersion in force, which says what it does. starts_on, ends_on: the first and the last day of
    arrival on which it runs. archived_at: since when it is kept for its log alone.
    """

    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]


class RuleVersion(models.Model):
    """What a rule says since somebody saved it so; never changed. JSON as orders.ruling reads it."""

    rule = models.ForeignKey(ArrivalRule, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    condition = models.JSONField()
    actions = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")]


class RuleOrder(models.Model):
    """In which order the rules run since somebody put them so; never changed. rules: their ids."""

    version = models.PositiveIntegerField(unique=True)
    rules = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)


class Order(models.Model):
    """An order as it was placed, and the facts that hold for it as a whole. Written by orders.services alone.

    Money is yen as ordered. `ordered_at` is the order's own time, `received_at` when it came to us. `phase` is
    derived by orders.lifecycle and written by orders.services.phases.refresh alone. `wished_slot` is a key of
    orders.intake.values.SLOTS, `wished_slot_text` what the buyer wrote. `ship_due_at` is when it has to leave by what
    was promised, `ship_on` the day on which it is to leave where that was fixed, `promised_date` the day it arrives.
    `muted_mails` are of orders.mails.MUTABLE: the mails that the buyer does not get, as the client's rules say.
    `buyer` is whom the buyer's details mean, written by orders.services.buyers soon after the order came.
    """

    UNPAID, PARTLY, PAID = "unpaid", "partly", "paid"

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="orders", db_index=False)
    number = models.CharField(max_length=60)
    intake = models.ForeignKey(Intake, null=True, on_delete=models.PROTECT, related_name="orders", db_index=False)
    buyer = models.ForeignKey(
        "customers.Buyer", null=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    ordered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    phase = models.CharField(max_length=20, default="received")

    buyer_name = models.CharField(max_length=100)
    buyer_kana = models.CharField(max_length=100, db_default="")
    buyer_email = models.CharField(max_length=254, db_default="")
    buyer_phone = models.CharField(max_length=30, db_default="")
    buyer_postcode = models.CharField(max_length=10, db_default="")
    buyer_prefecture = models.CharField(max_length=10, db_default="")
    buyer_address = models.CharField(max_length=255, db_default="")
    ship_name = models.CharField(max_length=100)
    ship_kana = models.CharField(max_length=100, db_default="")
    ship_phone = models.CharField(max_length=30, db_default="")
    ship_postcode = models.CharField(max_length=10, db_default="")
    ship_prefecture = models.CharField(max_length=10, db_default="")
    ship_address = models.CharField(max_length=255, db_default="")

    payment_method = models.CharField(max_length=60, db_default="")
    payment = models.CharField(max_length=10, db_default=UNPAID)
    prepaid = models.BooleanField(db_default=False)
    delivery_method = models.CharField(max_length=60, db_default="")
    goods_total = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    postage = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    fee = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    discount = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    points = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    tax = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    tax_by_rate = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)

    is_gift = models.BooleanField(db_default=False)
    noshi = models.CharField(max_length=100, db_default="")
    wrapping = models.CharField(max_length=100, db_default="")
    message = models.TextField(db_default="")
    wished_date = models.DateField(null=True)
    wished_slot = models.CharField(max_length=10, db_default="")
    wished_slot_text = models.CharField(max_length=60, db_default="")
    note = models.TextField(db_default="")
    staff_note = models.TextField(db_default="")
    tags = models.JSONField(default=list)
    muted_mails = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    carrier = models.CharField(max_length=20, db_default="")
    temperature = models.CharField(max_length=10, db_default="")
    priority = models.PositiveSmallIntegerField(db_default=0)

    ship_due_at = models.DateTimeField(null=True)
    ship_on = models.DateField(null=True)
    promised_date = models.DateField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    search = models.TextField(db_default="")
    version = models.PositiveIntegerField(db_default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="order_number_once")]
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="order_newest"),
            models.Index(fields=["phase", "-ordered_at", "-id"], name="order_phase_newest"),
            models.Index(fields=["ship_prefecture", "-ordered_at", "-id"], name="order_prefecture_newest"),
            models.Index(fields=["total", "id"], name="order_by_total"),
            models.Index(fields=["number", "id"], name="order_by_number"),
            models.Index(
                fields=["buyer_postcode", "-ordered_at"], name="order_of_postcode", condition=~Q(buyer_postcode="")
            ),
            models.Index(fields=["buyer", "-ordered_at", "-id"], name="order_of_known_buyer"),
            models.Index(fields=["id"], name="order_without_buyer", condition=Q(buyer=None)),
            models.Index(fields=["buyer_phone", "-ordered_at"], name="order_of_buyer", condition=~Q(buyer_phone="")),
            GinIndex(fields=["search"], name="order_search", opclasses=["public.gin_trgm_ops"], fastupdate=True),
        ]


class Line(models.Model):
    """One line of an order and its quantities, each a fact that only grows or is corrected by an event.

    on_purchase, making: what is still to come from suppliers or is still to be made, as its SupplyLines say. produced:
    what was made so far.
    """

    STOCK, MADE_TO_ORDER, DROP_SHIP = "stock", "made_to_order", "drop_ship"

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=100, db_default="")
    name = models.CharField(max_length=255)
    option = models.CharField(max_length=255, db_default="")
    unit_price = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    discount = models.DecimalField(max_digits=14, decimal_places=2, db_default=0)
    tax_rate = models.PositiveSmallIntegerField(db_default=10)
    branch = models.CharField(max_length=15, db_default=STOCK)

    ordered = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField(db_default=0)
    allocated = models.PositiveIntegerField(db_default=0)
    backordered = models.PositiveIntegerField(db_default=0)
    on_purchase = models.PositiveIntegerField(db_default=0)
    making = models.PositiveIntegerField(db_default=0)
    produced = models.PositiveIntegerField(db_default=0)
    released = models.PositiveIntegerField(db_default=0)
    picked = models.PositiveIntegerField(db_default=0)
    packed = models.PositiveIntegerField(db_default=0)
    shipped = models.PositiveIntegerField(db_default=0)
    delivered = models.PositiveIntegerField(db_default=0)
    accepted = models.PositiveIntegerField(db_default=0)
    return_requested = models.PositiveIntegerField(db_default=0)
    return_received = models.PositiveIntegerField(db_default=0)
    return_accepted = models.PositiveIntegerField(db_default=0)
    return_rejected = models.PositiveIntegerField(db_default=0)
    written_off = models.PositiveIntegerField(db_default=0)

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.CheckConstraint(
                name="line_sourced_within_open",
                condition=Q(
                    ordered__gte=F("cancelled") + F("allocated") + F("backordered") + F("on_purchase") + F("making")
                ),
            ),
            models.CheckConstraint(
                name="line_warehouse_order",
                condition=Q(shipped__lte=F("packed"), packed__lte=F("picked"), picked__lte=F("released")),
            ),
            models.CheckConstraint(name="line_return_shipped", condition=Q(return_received__lte=F("shipped"))),
        ]


class Verification(models.Model):
    """A reason why an order must be looked at before release, and its answer."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="verifications")
    reason = models.CharField(max_length=20)
    rule = models.CharField(max_length=60, blank=True)
    rule_version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(max_length=100, blank=True)


class Hold(models.Model):
    """One reason why an order stands still: who has to act, until when, and how it ended."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=20)
    party = models.CharField(max_length=10)
    question = models.TextField(blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=100)
    expected_end = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=100, blank=True)
    release_reason = models.CharField(max_length=200, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["party", "placed_at"], name="hold_active", condition=Q(released_at__isnull=True))
        ]


class Shipment(models.Model):
    """The unit of warehouse work: what leaves together. Written by orders.services.shipping alone.

    party, billable: of a reshipment, whose fault it makes good and whether it may be billed. source: who hands it over:
    our warehouse, or the supplier.
    """

    PLANNED, RELEASED, PICKING, PACKED = "planned", "released", "picking", "packed"
    HANDED_OVER, IN_TRANSIT, DELIVERED = "handed_over", "in_transit", "delivered"
    ATTEMPT_FAILED, RETURNED, LOST, CANCELLED = "attempt_failed", "returned", "lost", "cancelled"
    SMALLEST = 60
    WAREHOUSE, SUPPLIER = "warehouse", "supplier"

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments", db_index=False)
    position = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=15, default=RELEASED)
    carrier = models.CharField(max_length=20, blank=True)
    size = models.PositiveSmallIntegerField(default=SMALLEST)
    source = models.CharField(max_length=10, db_default=WAREHOUSE)
    party = models.CharField(max_length=10, db_default="")
    billable = models.BooleanField(db_default=True)
    ship_date = models.DateField(null=True)
    released_at = models.DateTimeField()
    picked_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="shipment_position_once")]
        indexes = [models.Index(fields=["state", "id"], name="shipment_state")]


class ShipmentLine(models.Model):
    """How much of an order line goes with a shipment. voided: pieces that were lost, wrong or broken on the way."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="shipment_lines")
    quantity = models.PositiveIntegerField()
    voided = models.PositiveIntegerField(db_default=0)


class Parcel(models.Model):
    """A parcel with its tracking number. A cancelled label is not a cancelled shipment."""

    id = models.BigAutoField(primary_key=True)
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="parcels")
    carrier = models.CharField(max_length=20)
    tracking_number = models.CharField(max_length=20)
    label_cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["tracking_number"], name="parcel_tracking")]


class RuleEffect(models.Model):
    """What one action of a rule changed on an order, before and after as text. Only ever added to.

    action: of orders.ruling.actions.ACTIONS. again: at somebody's request, after the arrival.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="rule_effects")
    rule = models.ForeignKey(ArrivalRule, on_delete=models.PROTECT, related_name="effects", db_index=False)
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    before = models.TextField()
    after = models.TextField()
    again = models.BooleanField(db_default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["rule", "-id"], name="rule_effect_newest")]
