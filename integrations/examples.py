"""A small file of each form that a channel takes, to be downloaded, looked at and filled in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from core.wording import _
from integrations.channels.aishipr.sample import SHOP as AISHIPR
from integrations.channels.amazon.sample import SHOP as AMAZON
from integrations.channels.amazon.sample import UNSHIPPED
from integrations.channels.base.sample import SHOP as BASE
from integrations.channels.eccube.sample import SHOP as ECCUBE
from integrations.channels.makeshop.sample import SHOP as MAKESHOP
from integrations.channels.nextengine.sample import SHOP as NEXTENGINE
from integrations.channels.rakuten.sample import SHOP as RAKUTEN
from integrations.channels.samples import Shop, example
from integrations.channels.shopify.sample import SHOP as SHOPIFY
from integrations.channels.yahoo.sample import PACKED, as_pair
from integrations.channels.yahoo.sample import SHOP as YAHOO
from orders.registry import Example


def _whole(shop: Shop, label: str, *, code: str = "whole") -> Example:
    ending = "csv" if shop.separator == "," else "txt"
    name = shop.channel if code == "whole" else f"{shop.channel}-{code}"
    return Example(shop.channel, code, label, f"{name}.{ending}", partial(example, shop))


def _half(place: int, code: str, label: str) -> Example:
    return Example("yahoo", code, label, f"yahoo-{code}.csv", lambda: as_pair(example(YAHOO))[place])


def _older(columns: int, label: str) -> Example:
    older = replace(NEXTENGINE, header=NEXTENGINE.header[:columns])
    return _whole(older, label, code=str(columns))


EXAMPLES = (
    _whole(NEXTENGINE, _("汎用受注CSV（41列）")),
    _older(38, _("汎用受注CSV（38列）")),
    _older(37, _("汎用受注CSV（37列）")),
    _older(35, _("汎用受注CSV（35列）")),
    _whole(RAKUTEN, _("通常購入データ（158列）")),
    _half(0, "orders", _("注文（Orders）")),
    _half(1, "items", _("商品（Items）")),
    _whole(YAHOO, _("1ファイル（商品ごとに1行）")),
    _whole(PACKED, _("1ファイル（注文ごとに1行）"), code="packed"),
    _whole(AMAZON, _("新規注文レポート（タブ区切り）")),
    _whole(UNSHIPPED, _("未出荷レポート（タブ区切り）"), code="unshipped"),
    _whole(SHOPIFY, _("注文エクスポート（79列）")),
    _whole(BASE, _("注文CSV（35列）")),
    _whole(ECCUBE, _("受注CSV（70列）")),
    _whole(MAKESHOP, _("注文CSV")),
    _whole(AISHIPR, _("受注データCSV")),
)
"""In the order in which they are offered."""
