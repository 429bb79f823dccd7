"""The addresses of the order pages."""

from __future__ import annotations

from django.urls import path

from orders.pages import acting, details, intakes, lists, rules, saved, troubles

app_name = "orders"
urlpatterns = [
    path("orders", lists.orders, name="list"),
    path("orders/export", lists.export, name="export"),
    path("orders/views", saved.save, name="save_view"),
    path("orders/views/<int:view_id>/rename", saved.rename, name="rename_view"),
    path("orders/views/<int:view_id>/delete", saved.delete, name="delete_view"),
    path("orders/cancel", acting.cancel, name="cancel"),
    path("orders/answer-cancel", acting.answer_cancel, name="answer_cancel"),
    path("orders/verify", acting.verify, name="verify"),
    path("orders/hold", acting.hold, name="hold"),
    path("orders/release-hold", acting.release_hold, name="release_hold"),
    path("orders/release", acting.release, name="release"),
    path("orders/allocate", troubles.allocate, name="allocate"),
    path("orders/exceptions", troubles.open_exception, name="open_exception"),
    path("orders/changes", troubles.ask_change, name="ask_change"),
    path("orders/returns", troubles.request_return, name="request_return"),
    path("exceptions/<int:exception_id>/answer", troubles.answer_exception, name="answer_exception"),
    path("exceptions/<int:exception_id>/decide", troubles.decide_exception, name="decide_exception"),
    path("exceptions/<int:exception_id>/withdraw", troubles.withdraw_exception, name="withdraw_exception"),
    path("exceptions/<int:exception_id>/reopen", troubles.reopen_exception, name="reopen_exception"),
    path("changes/<int:change_id>/answer", troubles.answer_change, name="answer_change"),
    path("returns/<int:return_id>/receive", troubles.receive_return, name="receive_return"),
    path("returns/<int:return_id>/inspect", troubles.inspect_return, name="inspect_return"),
    path("orders/run-rules", rules.run_again, name="run_rules"),
    path("orders/<int:order_id>", details.order, name="detail"),
    path("questions", details.questions, name="questions"),
    path("questions/<int:hold_id>/answer", acting.answer, name="answer"),
    path("intakes", intakes.intakes, name="intakes"),
    path("intakes/examples/<slug:profile>/<slug:code>", intakes.example, name="intake_example"),
    path("intakes/<int:intake_id>", intakes.intake, name="intake"),
    path("intakes/<int:intake_id>/progress", intakes.progress, name="intake_progress"),
    path("intakes/<int:intake_id>/mend", intakes.mend, name="intake_mend"),
    path("intakes/<int:intake_id>/original", intakes.original, name="intake_original"),
    path("settings/rules", rules.rules, name="rules"),
    path("settings/rules/new", rules.new, name="new_rule"),
    path("settings/rules/try", rules.try_out, name="try_rules"),
    path("settings/rules/export", rules.export, name="export_rules"),
    path("settings/rules/import", rules.take, name="import_rules"),
    path("settings/rules/<int:rule_id>", rules.rule, name="rule"),
    path("settings/rules/<int:rule_id>/edit", rules.edit, name="edit_rule"),
    path("settings/rules/<int:rule_id>/switch", rules.switch, name="switch_rule"),
    path("settings/rules/<int:rule_id>/shift", rules.shift, name="shift_rule"),
    path("settings/rules/<int:rule_id>/copy", rules.duplicate, name="copy_rule"),
    path("settings/rules/<int:rule_id>/archive", rules.archive, name="archive_rule"),
]
