"""What a person says of a file that was shown: take it, throw it away, or stop the reading."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from core.errors import Refused
from core.events import SYSTEM, Actor
from core.tasks import declared
from core.wording import Sentence, _
from orders.models import Intake, StopRequest
from orders.services.intake.running import drop, forget_progress, publish_of, refuse_whole

RUN_TASK = "orders.tasks.run_intake"
KEPT_UNDECIDED = timedelta(days=7)
"""How long a file waits for somebody to decide."""

_WHY = {
    Intake.DONE: _("このファイルは%(when)sに%(who)sさんが取り込みました。"),
    Intake.DISCARDED: _("このファイルは%(when)sに%(who)sさんが破棄しました。"),
    Intake.UNDONE: _("このファイルの取込は取り消されています。"),
    Intake.REFUSED: _("このファイルは取り込めないことがわかっています。直して送り直してください。"),
    Intake.CHECKING: _("このファイルはまだ確認中です。終わるまでお待ちください。"),
}
_BEING_TAKEN = _("このファイルは%(who)sさんがすでに取込を始めています。")


@transaction.atomic
def take(intake_id: int, *, whole: bool, actor: Actor, at: datetime) -> Intake:
    """Have a file that was shown taken: its good rows, or with `whole` nothing where one row is refused.

    Its orders come in now. Refused where somebody decided before, with who and when.
    """
    intake = _ready(intake_id)
    intake.whole, intake.decided_by, intake.decided_at = whole, actor.name, at
    if whole and intake.rows_refused:
        refuse_whole(intake, at=at)
        return intake
    forget_progress(intake)
    intake.state = Intake.WAITING
    intake.job_id = declared()[RUN_TASK].enqueue(intake_id=intake.pk)
    intake.save()
    publish_of(intake, "intake.taken", at=at, actor=actor)
    return intake


@transaction.atomic
def discard(intake_id: int, *, actor: Actor, at: datetime) -> Intake:
    """Throw away a file that was shown, or that waits for its other half. Refused as `take`."""
    intake = _ready(intake_id, Intake.READY, Intake.HALF)
    drop(intake, by=actor.name, at=at)
    return intake


def _ready(intake_id: int, *states: str) -> Intake:
    intake, is_free = _locked(intake_id)
    if not is_free or intake.state not in (states or (Intake.READY,)):
        when = timezone.localtime(intake.decided_at or intake.finished_at or intake.created_at)
        figures = {"when": f"{when:%Y/%m/%d %H:%M}", "who": intake.decided_by or intake.actor_name}
        raise Refused(Sentence(_WHY.get(intake.state, _BEING_TAKEN), **figures), code="decided")
    return intake


def _locked(intake_id: int) -> tuple[Intake, bool]:
    """The arrival, and whether nobody works on it: who reads it holds it for as long as that takes, which is no time
    for a person to wait; another person's press is over at once."""
    arrivals = Intake.objects.select_related("channel")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            intake = arrivals.select_for_update(of=("self",)).get(pk=intake_id)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            return intake, True
    except OperationalError:
        return arrivals.get(pk=intake_id), False


@transaction.atomic
def stop(intake_id: int, *, actor: Actor, at: datetime) -> bool:
    """End the reading of a file, leaving nothing of it. True where it has ended, False where whoever reads it is asked.

    Refused where the reading was over before.
    """
    free = Intake.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=intake_id)
    intake = free.first()
    if intake is not None and intake.state in Intake.READ_NOW:
        drop(intake, by=actor.name, at=at)
        return True
    if not Intake.objects.filter(pk=intake_id, state__in=Intake.READ_NOW).exists():
        raise Refused(Sentence(_("読み込みはもう終わっています。")), code="over")
    StopRequest.objects.get_or_create(intake_id=intake_id, defaults={"asked_by": actor.name})
    return False


def drop_undecided(*, at: datetime) -> int:
    """Throw away the files that nobody has decided about for KEPT_UNDECIDED; returns how many."""
    waiting = Intake.objects.select_for_update(skip_locked=True).filter(
        state=Intake.READY, created_at__lt=at - KEPT_UNDECIDED
    )
    late = list(waiting)
    for intake in late:
        drop(intake, by=SYSTEM.name, at=at)
    return len(late)
