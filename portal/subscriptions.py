"""Who listens to which event: the whole list. Promises come before work, which asks them when it is due; notices
come last, because they speak of what came of it.
"""

from __future__ import annotations

from billing.services import closing as drafts
from billing.services import floor as closings
from core.events import Subscriber
from integrations import tasks as notices
from operations import services as work
from orders import tasks as orders
from sla import services as promises

SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "client.opened": (promises.open_client,),
    "invoice.approved": (closings.note,),
    "invoice.dispute_answered": (closings.note,),
    "invoice.disputed": (closings.note, notices.note),
    "invoice.drafted": (closings.note, notices.note),
    "invoice.finalised": (closings.note,),
    "invoice.issued": (closings.note, notices.note),
    "intake.finished": (orders.follow_intake, work.tally, notices.note),
    "intake.refused": (notices.note,),
    "intake.undone": (work.tally,),
    "order.received": (promises.start, work.open_received, work.tally, notices.note),
    "order.verification_opened": (promises.start, work.follow),
    "order.verification_answered": (work.follow,),
    "order.verified": (promises.follow,),
    "order.held": (promises.follow, work.follow, notices.note),
    "order.hold_answered": (promises.follow, work.follow, notices.note),
    "order.hold_released": (promises.follow, work.follow),
    "order.exception_opened": (promises.follow, work.follow, notices.note),
    "order.exception_decided": (promises.follow, work.follow, notices.note),
    "order.exception_withdrawn": (promises.follow, work.follow),
    "order.exception_reopened": (promises.follow, work.follow),
    "order.exception_escalated": (promises.follow, work.follow, notices.note),
    "order.exception_reminded": (work.follow, notices.note),
    "order.change_requested": (work.follow, notices.note),
    "order.change_answered": (work.follow, notices.note),
    "order.change_expired": (work.follow, notices.note),
    "order.return_requested": (work.follow,),
    "order.return_received": (promises.start, work.follow),
    "order.return_inspected": (promises.follow, work.follow, notices.note),
    "order.shipping_reopened": (promises.follow, work.follow),
    "order.allocated": (work.follow,),
    "order.backordered": (work.follow,),
    "order.reduced": (work.follow,),
    "order.substituted": (work.follow,),
    "order.written_off": (work.follow,),
    "order.prepayment_asked": (work.follow,),
    "order.paid": (work.follow,),
    "order.ruled_again": (work.follow,),
    "order.scheduled": (work.follow, notices.note),
    "order.shipped": (promises.follow,),
    "order.undone": (promises.forget, work.follow, work.tally, drafts.follow_undone, notices.drop_undone),
    "order.cancel_requested": (work.follow, notices.note),
    "order.cancel_request_answered": (work.follow, notices.note),
    "order.cancelled": (promises.follow, work.follow, work.tally, notices.note),
    "shipment.released": (work.follow,),
    "shipment.picked": (work.follow,),
    "shipment.packed": (work.follow,),
    "shipment.shipped": (work.follow, work.tally, notices.note),
    "shipment.delivered": (notices.note,),
    "shipment.cancelled": (work.follow,),
    "shipment.reduced": (work.follow,),
    "quote.accepted": (notices.note,),
    "quote.asked": (notices.note,),
    "quote.declined": (notices.note,),
    "quote.sent": (notices.note,),
    "thread.asked": (promises.start, work.follow_question),
    "thread.answered": (promises.follow_question, work.follow_question),
    "thread.closed": (promises.follow_question, work.follow_question),
    "thread.question_withdrawn": (promises.follow_question, work.follow_question),
    "thread.noted": (notices.note,),
    "thread.written": (notices.note,),
    "thread.reopened": (promises.follow_question, work.follow_question),
    "sla.due_moved": (work.move_due,),
    "sla.missed": (work.tally, notices.note),
    "notice.bounced": (notices.note,),
}
