"""Papers of every kind with realistic contents, as templates are given them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from documents.barcodes import code128

SENDER: Mapping[str, Any] = {
    "name": "青山茶舗株式会社",
    "registration": "T7000012050002",
    "postcode": "1500001",
    "address": "東京都渋谷区神宮前一丁目5番8号 青山ビル3階",
    "phone": "03-1234-5678",
}
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><circle cx="30" cy="30" r="26" fill="#1f7a5a"/></svg>'
)
BUYER = {"name": "髙橋 𠮷子", "honorific": "様", "postcode": "5300001", "address": "大阪府大阪市北区梅田一丁目2番3号"}
COMPANY = {"name": "株式会社𠮷野家具", "honorific": "御中", "postcode": "1050011", "address": "東京都港区芝公園4-2-8"}
SUMS = [{"label": "商品計", "amount": 9720}, {"label": "送料", "amount": 550}, {"label": "値引", "amount": -500}]
TAXES = [
    {"rate": 10, "base": 3000, "tax": 272, "reduced": False},
    {"rate": 8, "base": 6770, "tax": 501, "reduced": True},
]


def png(width: int = 4, height: int = 4, *, colour: int = 6, extra: bytes = b"") -> bytes:
    """A PNG, of colour type 6 (with transparency) or 2 (without). extra: a text that travels in it."""
    samples = {2: 3, 6: 4}[colour]
    rows = b"".join(b"\x00" + bytes(samples * width) for _row in range(height))
    chunks = [(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, colour, 0, 0, 0))]
    chunks += [(b"tEXt", extra)] if extra else []
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body)) for name, body in chunks
    )


def head(number: str, *, revision: int = 1) -> dict[str, Any]:
    """What stands on every paper."""
    return {
        "sender": "1",
        "number": number,
        "barcode": code128(number),
        "revision": revision,
        "issued_on": date(2026, 11, 27),
    }


def item(nth: int = 1, **changes: Any) -> dict[str, Any]:
    """A line of goods with its price."""
    usual = {
        "name": f"深蒸し煎茶その{nth}",
        "sku": f"CHA-{nth:03}",
        "quantity": 2,
        "unit_price": 1080,
        "amount": 2160,
        "rate": 8,
        "reduced": True,
    }
    return {**usual, **changes}


def unpriced(nth: int = 1) -> dict[str, Any]:
    """The same without any price."""
    return {"name": f"深蒸し煎茶その{nth}", "sku": f"CHA-{nth:03}", "quantity": 2}


def run(*papers: Mapping[str, Any], **sender: Any) -> dict[str, Any]:
    """A file of these papers, whose sender has these changes."""
    return {"title": "帳票", "senders": {"1": {**SENDER, **sender}}, "papers": list(papers)}


def paper(template: str, **changes: Any) -> dict[str, Any]:
    """A paper of that template."""
    return {**_MADE[template](), **changes}


def _facts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "text": text} for label, text in pairs]


def _sold(total: int = 9770) -> dict[str, Any]:
    return {"items": [item(1), item(2, rate=10, reduced=False)], "sums": SUMS, "breakdown": TAXES, "total": total}


def _delivery_note() -> dict[str, Any]:
    return {
        **head("NE-100234-1"),
        **_sold(),
        "recipient": BUYER,
        "facts": _facts(("ご注文番号", "NE-100234"), ("納品日", "2026年11月27日")),
        "pieces": 4,
        "priced": True,
        "greeting": "このたびはありがとうございます。",
        "return_policy": "到着後7日以内にご連絡ください。",
        "footer": "またのご利用をお待ちしております。",
    }


def _order_slip() -> dict[str, Any]:
    return {
        **head("NE-100234"),
        **_sold(),
        "buyer": {**BUYER, "name": "山田 太郎"},
        "recipient": BUYER,
        "facts": _facts(("支払方法", "クレジットカード")),
        "pieces": 4,
        "open_checks": ["住所"],
        "note": "置き配希望",
    }


def _ship_order() -> dict[str, Any]:
    return {
        **head("NE-100234-1"),
        "recipient": BUYER,
        "facts": _facts(("出荷予定日", "2026年11月28日")),
        "items": [{**unpriced(), "barcode": code128("CHA-001")}],
        "pieces": 2,
        "care": ["のし: 御歳暮"],
    }


def _pick_list() -> dict[str, Any]:
    fetch = [
        {
            **unpriced(nth),
            "location": f"A-{nth:02}-03",
            "shipments": 2,
            "jan": "4901234567894",
            "lot": "2027-03",
            "barcode": code128("4901234567894"),
        }
        for nth in (1, 2)
    ]
    box = {
        "number": "NE-100234-1",
        "barcode": code128("NE-100234-1"),
        "recipient": "髙橋 𠮷子 様",
        "items": [unpriced()],
        "pieces": 2,
        "care": "ギフト",
    }
    return {
        **head("PL-2026-00012"),
        "made_at": "2026年11月27日 9:30",
        "made_by": "倉庫 次郎",
        "fetch": fetch,
        "located": True,
        "boxes": [box],
        "pieces": 4,
    }


def _receipt() -> dict[str, Any]:
    return {
        **head("R-2026-00042"),
        "recipient": {"name": "山田 太郎", "honorific": "様"},
        "total": 9770,
        "purpose": "お品代として",
        "paid_on": date(2026, 11, 25),
        "payment": "クレジットカード",
        "by_card": True,
        "facts": _facts(("お取引日", "2026年11月25日")),
        "items": [item()],
        "breakdown": TAXES,
    }


def _quote() -> dict[str, Any]:
    return {
        **head("Q-2026-00007", revision=2),
        **_sold(98000),
        "recipient": COMPANY,
        "subject": "秋の販促ギフト 300セット",
        "valid_until": date(2026, 12, 25),
        "facts": _facts(("納期", "ご注文後30日"), ("納入場所", "貴社指定倉庫"), ("支払条件", "月末締め翌月末払い")),
        "changes": ["煎茶の単価を¥1,150から¥1,080に変更しました。"],
        "notes": "表示価格は税抜です。",
    }


def _acknowledgement() -> dict[str, Any]:
    return {
        **head("NE-100234"),
        **_sold(),
        "recipient": COMPANY,
        "facts": _facts(("ご注文番号", "NE-100234"), ("納期", "2026年12月1日"), ("納入場所", "東京都港区")),
    }


def _inspection() -> dict[str, Any]:
    return {
        **head("K-2026-00003"),
        "recipient": COMPANY,
        "subject": "秋の販促ギフト",
        "inspected_on": date(2026, 11, 27),
        "verdict": "一部合格",
        "facts": _facts(("発注番号", "PO-2026-00011"), ("納品日", "2026年11月24日")),
        "items": [{**item(), "passed": 1, "failed": 1, "reason": "箱の角に潰れ"}],
        "total": 1080,
    }


def _purchase_order() -> dict[str, Any]:
    return {
        **head("PO-2026-00011"),
        **_sold(98000),
        "recipient": COMPANY,
        "subject": "急須の製造",
        "ordered_on": date(2026, 11, 27),
        "deliver_by": "2026年12月20日",
        "deliver_to": "東日本物流センター",
        "inspected_by": date(2026, 12, 25),
        "payment": {"due_on": date(2027, 1, 31), "means": "銀行振込", "details": ""},
        "materials": [
            {
                "name": "陶土",
                "quantity": "100kg",
                "price": 20000,
                "delivered_on": date(2026, 12, 1),
                "terms": "2027年1月31日 代金と相殺",
            }
        ],
        "undecided": _facts(("箱の色", "意匠未定のため。2026年12月5日までに定めます。")),
    }


def _project_report() -> dict[str, Any]:
    return {
        **head("WR-2026-00001"),
        "recipient": COMPANY,
        "subject": "受注管理の導入支援",
        "month": "2026年11月",
        "facts": _facts(("案件番号", "P-00001"), ("担当", "受注 花子")),
        "hours": Decimal("12.25"),
        "work": [
            {"day": "11月2日", "person": "受注 花子", "task": "設定", "hours": Decimal("12.5"), "note": "画面の確認"},
            {"day": "11月3日", "person": "受注 花子", "task": "設定", "hours": Decimal("-0.25"), "note": "訂正"},
        ],
        "milestones": [{"name": "設定の完了", "due": "2026年11月20日", "state": "検収済み"}],
        "tasks": [{"name": "データの移行", "due": "2026年11月18日", "state": "作業中"}],
        "checks": [{"name": "件数が一致している", "result": "合格", "note": "1,204件"}],
    }


_MADE = {
    "acknowledgement": _acknowledgement,
    "delivery_note": _delivery_note,
    "inspection": _inspection,
    "order_slip": _order_slip,
    "pick_list": _pick_list,
    "project_report": _project_report,
    "purchase_order": _purchase_order,
    "quote": _quote,
    "receipt": _receipt,
    "ship_order": _ship_order,
}
TEMPLATES = sorted(_MADE)
