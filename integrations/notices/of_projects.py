"""What buyers, the client's people and the operator are told about service projects."""

from __future__ import annotations

from core.wording import _
from integrations.notices.kind import PROJECT, Kind
from tenants.roles import Permission

OF_PROJECTS = (
    Kind(
        "buyer.acceptance_asked",
        "project.acceptance_asked",
        _("検収のお願い"),
        """【{shop}】検収のお願い（{milestone}）

{addressee}

「{project_subject}」の {milestone} をお納めしました。下のページで内容をご確認のうえ、検収をお願いいたします。
お気づきの点があれば、同じページから差し戻していただけます。

案件番号: {project_number}
ご回答の期限: {acceptance_by}

{acceptance_page}

{shop}""",
        """[{shop}] Please accept what was delivered ({milestone})

Dear {buyer_name},

We have delivered {milestone} of “{project_subject}”. Please check it and accept it on the page below.
If something is missing, you can reject it there and tell us.

Project: {project_number}
Please answer by: {acceptance_by}

{acceptance_page}

{shop}""",
        (*PROJECT, "acceptance_by", "acceptance_page"),
    ),
    Kind(
        "client.acceptance_given",
        "project.accepted",
        _("検収"),
        """検収されました: {project_subject}（{milestone}）

{buyer_name} 様が、案件 {project_number}「{project_subject}」の {milestone} を検収しました。

{page}""",
        """Accepted: {project_subject} ({milestone})

{buyer_name} has accepted {milestone} of the project {project_number} “{project_subject}”.

{page}""",
        (*PROJECT, "page"),
        permission=Permission.MANAGE_PROJECTS,
    ),
    *(
        Kind(
            f"{audience}.acceptance_refused",
            "project.rejected",
            _("検収の差し戻し"),
            """検収で差し戻されました: {project_subject}（{milestone}）

{buyer_name} 様が、案件 {project_number}「{project_subject}」の {milestone} を差し戻しました。

理由: {reason}
{page}""",
            """Rejected: {project_subject} ({milestone})

{buyer_name} has rejected {milestone} of the project {project_number} “{project_subject}”.

Reason: {reason}
{page}""",
            (*PROJECT, "reason", "page"),
            permission=Permission.MANAGE_PROJECTS,
        )
        for audience in ("client", "operator")
    ),
)
