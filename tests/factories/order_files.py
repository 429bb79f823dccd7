"""Small order files of ネクストエンジン, written the way a shop's own system would."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from integrations.channels.nextengine.sample import HEADER

ROW: Mapping[str, str] = {
    "店舗伝票番号": "A-1",
    "受注日": "2026/10/01 12:34:56",
    "受注郵便番号": "1050011",
    "受注住所１": "東京都港区芝公園",
    "受注住所２": "４丁目２－８ 髙橋ビル㈱①",
    "受注名": "山田 太郎",
    "受注名カナ": "ヤマダ タロウ",
    "受注電話番号": "09012345678",
    "受注メールアドレス": "taro@example.jp",
    "発送郵便番号": "5300001",
    "発送先住所１": "大阪府大阪市北区梅田",
    "発送先住所２": "１－２－３",
    "発送先名": "佐藤 花子",
    "発送先カナ": "サトウ ハナコ",
    "発送電話番号": "0661234567",
    "支払方法": "クレジットカード",
    "発送方法": "宅急便",
    "商品計": "1000",
    "税金": "0",
    "発送料": "550",
    "手数料": "0",
    "ポイント": "0",
    "その他費用": "0",
    "合計金額": "1550",
    "ギフトフラグ": "0",
    "時間帯指定": "時間帯指定[14時-16時]",
    "日付指定": "2026/10/05",
    "商品名": "深蒸し煎茶 100g",
    "商品コード": "CHA-100",
    "商品価格": "1000",
    "受注数量": "1",
    "出荷済フラグ": "0",
    "消費税率（%）": "8",
}
"""A good order of one line; a test changes the cells it is about."""


def row(**cells: str) -> dict[str, str]:
    """ROW with these cells changed."""
    return {**ROW, **cells}


def order_file(
    rows: Iterable[Mapping[str, str]], *, header: Iterable[str] = HEADER, encoding: str = "cp932", separator: str = ","
) -> bytes:
    """A file of these rows under this header, CRLF as the channel writes it."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=separator, lineterminator="\r\n")
    columns = list(header)
    writer.writerow(columns)
    writer.writerows([[cells.get(name, "") for name in columns] for cells in rows])
    return lines.getvalue().encode(encoding)
