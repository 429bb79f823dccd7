"""What suppliers are told: that something is ordered from them, with the 発注書 and the link to their page."""

from __future__ import annotations

from core.wording import _
from integrations.notices.kind import SUPPLY, Kind
from tenants.roles import Permission

TO_SUPPLIERS = (
    Kind(
        "supplier.order",
        "supply.sent",
        _("発注書"),
        """【{shop}】発注書をお送りします（{paper_number}）

{supplier_name}

いつもお世話になっております。{shop}です。
下記のとおり発注いたします。発注書（PDF）を添付しましたので、ご確認ください。

発注番号: {paper_number}
希望納期: {asked_on}
商品:
{supply_items}
発注金額（税込）: {supply_total}

納期のご回答と出荷のご連絡は、下のページからお願いいたします。
ご回答の期限: {answer_by}

{supply_page}

このページのアドレスは、ほかの方に伝えないでください。

{shop}""",
        """[{shop}] Purchase order {paper_number}

Dear {supplier_name},

We would like to order the goods below. The purchase order is attached as a PDF.

Order number: {paper_number}
Wanted by: {asked_on}
Goods:
{supply_items}
Total (with tax): {supply_total}

Please confirm the delivery date, and report what you ship, on this page:
Please answer by: {answer_by}

{supply_page}

Please do not pass the address of this page on.

{shop}""",
        SUPPLY,
        permission=Permission.SOURCE_GOODS,
    ),
)
