"""Who takes part: one operator, three clients, their people, contracts and rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MONTH = date(2026, 10, 1)
OPERATOR_NAME = "ひかりアウトソーシング株式会社"


@dataclass(frozen=True)
class Somebody:
    """A person of the demonstration: `client` "" is the operator; `role` a key of tenants.roles.ROLES."""

    key: str
    name: str
    client: str
    role: str

    @property
    def email(self) -> str:
        return f"{self.key}@{self.client or 'hikari'}.example.jp"


@dataclass(frozen=True)
class Company:
    """A client of the demonstration. channel: a key of the channel registry. plan: a key of billing's presets."""

    code: str
    name: str
    kana: str
    postcode: str
    address: str
    phone: str
    hue: int
    channel: str
    channel_name: str
    plan: str
    seed: int


STAFF: tuple[Somebody, ...] = (
    Somebody("admin", "管理 一郎", "", "admin"),
    Somebody("lead", "統括 美咲", "", "lead"),
    Somebody("clerk1", "受注 花子", "", "clerk"),
    Somebody("clerk2", "受注 健太", "", "clerk"),
    Somebody("clerk3", "受注 由美", "", "clerk"),
    Somebody("floor1", "倉庫 大輔", "", "warehouse"),
    Somebody("floor2", "倉庫 愛", "", "warehouse"),
    Somebody("floor3", "倉庫 翔", "", "warehouse"),
    Somebody("billing", "請求 直子", "", "billing"),
)

COMPANIES: tuple[Company, ...] = (
    Company(
        "aoba",
        "青葉食品株式会社",
        "アオバショクヒン",
        "980-0811",
        "宮城県仙台市青葉区一番町3-1-1",
        "022-000-1111",
        3,
        "nextengine",
        "ネクストエンジン本店",
        "usage",
        11,
    ),
    Company(
        "minato",
        "みなと化粧品株式会社",
        "ミナトケショウヒン",
        "220-0012",
        "神奈川県横浜市西区みなとみらい2-2-1",
        "045-000-2222",
        7,
        "rakuten",
        "楽天市場店",
        "flat",
        12,
    ),
    Company(
        "sakura",
        "合同会社さくら雑貨店",
        "サクラザッカテン",
        "604-8005",
        "京都府京都市中京区恵比須町439",
        "075-000-3333",
        10,
        "shopify",
        "Shopify公式ストア",
        "hybrid",
        13,
    ),
)

CLIENT_PEOPLE: tuple[Somebody, ...] = tuple(
    person
    for company in COMPANIES
    for person in (
        Somebody("owner", "代表 担当", company.code, "owner"),
        Somebody("orders", "受注 窓口", company.code, "orders"),
        Somebody("accounting", "経理 担当", company.code, "accounting"),
    )
)

HOLD_QUESTIONS: tuple[str, ...] = (
    "のし紙の表書きは「御祝」でよろしいでしょうか。",
    "お届け先の建物名と部屋番号をご確認ください。",
    "備考に色の指定がありますが、在庫のある色で出荷してよろしいでしょうか。",
)
