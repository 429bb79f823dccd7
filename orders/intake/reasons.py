"""Why a row of an order file was refused: a stable code for programs, a sentence for the person who mends it."""

from __future__ import annotations

from collections.abc import Mapping

from core.wording import Sentence, _

SAME_ORDER = "same_order"

REASONS: Mapping[str, str] = {
    "missing": _("「%(column)s」が空です。値を入れてください。"),
    "broken_date": _(
        "「%(column)s」の「%(value)s」は日付として読めません。2026/10/01 12:34:56 のように書いてください。"
    ),
    "broken_number": _("「%(column)s」の「%(value)s」は数値として読めません。半角の数字で書いてください。"),
    "broken_order_number": _(
        "「%(column)s」の「%(value)s」は注文番号の形ではありません。元のシステムの番号をそのまま入れてください。"
    ),
    "quantity_not_positive": _("「%(column)s」が「%(value)s」です。1以上の数にしてください。"),
    "broken_tax_rate": _("「%(column)s」の「%(value)s」は税率ではありません。10、8、0のいずれかにしてください。"),
    "unknown_postcode": _(
        "「%(column)s」の「%(value)s」という郵便番号はありません。住所に合う7桁の番号にしてください。"
    ),
    "foreign_address": _("「%(column)s」が「%(value)s」です。国外への発送は取り込めません。"),
    "too_long": _("「%(column)s」が長すぎます。短くしてください。"),
    "too_few_columns": _("行が途中で切れています（%(value)s列しかありません）。元のファイルの行と差し替えてください。"),
    "too_many_columns": _('列が多すぎます（%(value)s列あります）。「,」を含む値を「"」で囲んでください。'),
    "broken_quotes": _('引用符「"」の対応が取れていません。値の中の「"」は二つ重ねてください。'),
    "broken_characters": _("文字化けしている文字があります。元のシステムから書き出し直してください。"),
    "conflicting_order": _(
        "同じ注文番号の行で「%(column)s」が違います（「%(value)s」）。別の注文なら番号を分け、同じ注文なら値をそろえてください。"
    ),
    "several_destinations": _("送付先が複数ある注文です。送付先ごとに注文を分けてください。"),
    "lines_total": _("明細の合計が「%(column)s」の%(value)s円と合いません。明細の抜けや重なりを確かめてください。"),
    "order_total": _(
        "金額の内訳を足しても「%(column)s」の%(value)s円になりません。送料、手数料、ポイント、値引を確かめてください。"
    ),
    "unconfirmed_amount": _("「%(column)s」の金額が未確定です。元のシステムで確定してから取り込んでください。"),
    "already_shipped": _("元のシステムで出荷済みの注文です。取り込む必要がなければこの行を消してください。"),
    "broken_formula": _(
        "「%(column)s」の数式の結果が「%(value)s」です。値を直接入れるか、Excelで開いて計算させてから保存し直してください。"
    ),
    "no_goods": _("注文「%(value)s」に商品の行がありません。商品の行も入れてください。"),
    SAME_ORDER: _("この行に誤りはありませんが、同じ注文の別の行に誤りがあります。"),
}
"""Code to sentence, with places for the column as the file names it and for the value as the file has it."""


def explain(code: str, *, column: str = "", value: str = "") -> Sentence:
    """The sentence for one refused row, said in the language of whoever reads it."""
    return Sentence(REASONS[code], column=column, value=value)
