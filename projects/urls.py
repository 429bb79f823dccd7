"""The addresses of the pages about service projects: on the client's host, and below /clients/<code>/."""

from __future__ import annotations

from django.urls import path

from projects.pages import deciding, details, lists, plans, templates, works

app_name = "projects"
urlpatterns = [
    path("projects", lists.projects, name="list"),
    path("projects/new", lists.new, name="new"),
    path("projects/of-contract/<int:contract_id>", lists.of_contract, name="of_contract"),
    path("projects/of-inquiry/<int:inquiry_id>", lists.of_inquiry, name="of_inquiry"),
    path("projects/<int:project_id>", details.overview, name="detail"),
    path("projects/<int:project_id>/history", details.history, name="history"),
    path("projects/<int:project_id>/requirements", details.requirements, name="requirements"),
    path("projects/<int:project_id>/requirements/answers", details.write_answers, name="write_answers"),
    path("projects/<int:project_id>/requirements/add", details.add_question, name="add_question"),
    path("projects/<int:project_id>/requirements/drop", details.drop_questions, name="drop_questions"),
    path("projects/<int:project_id>/template", details.apply_template, name="apply_template"),
    path("projects/<int:project_id>/plan", plans.plan, name="plan"),
    path("projects/<int:project_id>/tasks/add", plans.add_task, name="add_task"),
    path("projects/<int:project_id>/tasks/start", plans.start, name="start_tasks"),
    path("projects/<int:project_id>/tasks/finish", plans.finish, name="finish_tasks"),
    path("projects/<int:project_id>/tasks/reopen", plans.reopen, name="reopen_tasks"),
    path("projects/<int:project_id>/tasks/drop", plans.drop, name="drop_tasks"),
    path("projects/<int:project_id>/tasks/<int:task_id>", plans.task, name="task"),
    path("projects/<int:project_id>/milestones/add", plans.add_milestone, name="add_milestone"),
    path("projects/<int:project_id>/milestones/<int:milestone_id>", plans.milestone, name="milestone"),
    path("projects/<int:project_id>/work", works.work, name="work"),
    path("projects/<int:project_id>/work/log", works.log, name="log"),
    path("projects/<int:project_id>/work/<int:work_id>/undo", works.undo, name="undo"),
    path("projects/<int:project_id>/quality", works.quality, name="quality"),
    path("projects/<int:project_id>/checks/record", works.record_checks, name="record_checks"),
    path("projects/<int:project_id>/checks/add", works.add_check, name="add_check"),
    path("projects/<int:project_id>/reports", works.reports, name="reports"),
    path("projects/<int:project_id>/reports/issue", works.report, name="report"),
    path("projects/<int:project_id>/acceptance", deciding.acceptance, name="acceptance"),
    path("projects/<int:project_id>/hand-in", deciding.hand_in, name="hand_in"),
    path("projects/<int:project_id>/acceptances/<int:acceptance_id>/withdraw", deciding.withdraw, name="withdraw"),
    path("projects/<int:project_id>/acceptances/<int:acceptance_id>/renew", deciding.renew, name="renew"),
    path("projects/<int:project_id>/acceptances/<int:acceptance_id>/record", deciding.record, name="record"),
    path("projects/<int:project_id>/evaluation", deciding.evaluate, name="evaluate"),
    path("projects/<int:project_id>/quote", deciding.propose, name="propose"),
    path("projects/<int:project_id>/waive", deciding.waive, name="waive"),
    path("projects/<int:project_id>/cancel", deciding.cancel, name="cancel"),
    path("settings/projects", templates.settings, name="settings"),
    path("settings/projects/new", templates.new, name="new_template"),
    path("settings/projects/<int:template_id>", templates.template, name="template"),
]
