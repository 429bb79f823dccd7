"""Three plans to start from: by use, flat with an allowance, and both. Every price can be changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.regions import REGIONS

SIZES = (60, 80, 100)
BASE_PRICES = {60: 650, 80: 780, 100: 940}
FAR = {"北海道": 400, "沖縄": 600, "九州": 150, "四国": 150, "中国": 120}

_PARCELS: Mapping[str, Any] = {
    "code": "parcels",
    "name": "配送料（サイズ×地域）",
    "meter": "parcels",
    "unit": "個",
    "rate": {
        "kind": "matrix",
        "axes": ["サイズ", "地域"],
        "cells": [
            {"at": [str(size), region], "unit_price": str(BASE_PRICES[size] + FAR.get(region, 0))}
            for size in SIZES
            for region in REGIONS
        ],
    },
}


def _per_unit(code: str, name: str, meter: str, unit: str, price: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "meter": meter,
        "unit": unit,
        "rate": {"kind": "per_unit", "unit_price": price},
    }


_CANCELLING = _per_unit("cancellations", "出荷指示後のキャンセル手数料", "cancellations", "件", "300")

_RETURNS = _per_unit("returns_inspected", "返品検品料", "returns_inspected", "点", "150")

_SERVICES: tuple[Mapping[str, Any], ...] = (
    _per_unit("work_hours", "サービス案件 作業料", "work_hours", "時間", "6500"),
    {
        "code": "milestone_value",
        "name": "サービス案件 検収手数料（検収金額の5%）",
        "meter": "milestone_value",
        "unit": "円",
        "rate": {"kind": "percentage", "percent": "5"},
    },
)
"""Service projects: by the hour, and a share of what buyers accept."""

USAGE: tuple[Mapping[str, Any], ...] = (
    {
        "code": "orders",
        "name": "受注処理料",
        "meter": "orders",
        "unit": "件",
        "rate": {
            "kind": "graduated",
            "tiers": [{"up_to": "1000", "unit_price": "120"}, {"up_to": None, "unit_price": "100"}],
        },
    },
    _per_unit("units_picked", "ピッキング料", "units_picked", "点", "25"),
    _per_unit("shipments", "出荷作業料", "shipments", "件", "180"),
    _PARCELS,
    _CANCELLING,
    _RETURNS,
    *_SERVICES,
)

FLAT: tuple[Mapping[str, Any], ...] = (
    {
        "code": "base",
        "name": "月額基本料（受注1,500件まで）",
        "unit": "式",
        "rate": {"kind": "flat", "amount": "380000"},
    },
    {
        "code": "orders_over",
        "name": "受注処理料（定額超過分）",
        "meter": "orders",
        "unit": "件",
        "rate": {"kind": "per_unit", "unit_price": "210", "included": "1500"},
    },
    _PARCELS,
    _CANCELLING,
    _RETURNS,
    *_SERVICES,
)

HYBRID: tuple[Mapping[str, Any], ...] = (
    {"code": "base", "name": "システム・管理基本料", "unit": "式", "rate": {"kind": "flat", "amount": "98000"}},
    _per_unit("orders", "受注処理料", "orders", "件", "80"),
    _per_unit("shipments", "出荷作業料", "shipments", "件", "160"),
    _per_unit("units_picked", "ピッキング料", "units_picked", "点", "20"),
    _PARCELS,
    _CANCELLING,
    _RETURNS,
    *_SERVICES,
)

PLANS: dict[str, tuple[str, tuple[Mapping[str, Any], ...], tuple[str, ...]]] = {
    "usage": ("従量プラン", USAGE, ("order_lines", "verifications")),
    "flat": ("定額プラン（超過従量）", FLAT, ("order_lines", "verifications", "shipments", "units_picked")),
    "hybrid": ("基本料＋従量プラン", HYBRID, ("order_lines", "verifications")),
}
"""By key: the plan's name, its charges, and the meters that it covers without counting them."""
