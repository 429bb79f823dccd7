"""The addresses of the floor. All on the operator's host; those with a client's code are about that client's things."""

from __future__ import annotations

from django.urls import path

from operations.pages import board, queue, warehouse, work

app_name = "operations"

_ITEM = "clients/<slug:client_code>/work/<int:item_id>"
_WAREHOUSE = "clients/<slug:client_code>/warehouse"

urlpatterns = [
    path("queue", queue.show, name="queue"),
    path("queue/next", queue.claim_next, name="next"),
    path("queue/take", queue.take, name="take"),
    path("queue/give-back", queue.give_back, name="give_back"),
    path("queue/leave", queue.leave, name="leave"),
    path("queue/reassign", queue.reassign, name="reassign"),
    path("queue/prioritise", queue.prioritise, name="prioritise"),
    path("board", board.show, name="board"),
    path("warehouse", warehouse.overview, name="warehouse"),
    path(_ITEM, work.show, name="work"),
    path(f"{_ITEM}/here", work.here, name="here"),
    path(f"{_ITEM}/take", work.take, name="take_one"),
    path(f"{_ITEM}/give-back", work.give_back, name="give_back_one"),
    path(f"{_ITEM}/answer", work.answer, name="answer"),
    path(f"{_ITEM}/answer/close", work.close_question, name="close_question"),
    path(f"{_ITEM}/verify", work.verify, name="verify"),
    path(f"{_ITEM}/source", work.source, name="source"),
    path(f"{_ITEM}/release", work.release, name="release"),
    path(f"{_ITEM}/hold", work.hold, name="hold"),
    path(f"{_ITEM}/release-hold", work.release_hold, name="release_hold"),
    path(f"{_ITEM}/cancel", work.cancel, name="cancel"),
    path(f"{_ITEM}/answer-cancel", work.answer_cancel, name="answer_cancel"),
    path(f"{_ITEM}/pick", work.pick, name="pick"),
    path(f"{_ITEM}/pack", work.pack, name="pack"),
    path(f"{_ITEM}/ship", work.ship, name="ship"),
    path(f"{_WAREHOUSE}/pick-list", warehouse.pick_list, name="pick_list"),
    path(f"{_WAREHOUSE}/pick-list/issue", warehouse.issue_pick_list, name="issue_pick_list"),
    path(f"{_WAREHOUSE}/<slug:kind>/papers", warehouse.print_papers, name="print_papers"),
    path(f"{_WAREHOUSE}/pick/done", warehouse.pick, name="pick_many"),
    path(f"{_WAREHOUSE}/pack/done", warehouse.pack, name="pack_many"),
    path(f"{_WAREHOUSE}/ship/done", warehouse.ship, name="ship_many"),
    path(f"{_WAREHOUSE}/<slug:kind>", warehouse.stage, name="stage"),
]
