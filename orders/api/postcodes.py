"""Postcodes: what lies under one."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import postcodes
from core.rest import Endpoint
from core.text import postcode as normal
from orders.api.described import PostcodeOut
from tenants.openapi import errors


class Postcode(Endpoint):
    """郵便番号から住所の候補。"""

    required_scopes = {"GET": "orders:read"}

    @extend_schema(
        operation_id="postcodes_read",
        summary="郵便番号から住所の候補",
        tags=["住所"],
        responses={200: PostcodeOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, code: str) -> Response:
        """日本郵便のデータにある町域と、個別番号を持つ事業所をすべて返します。1つの番号が複数の市や県にまたがることもあります。"""
        found = normal(code.replace("\0", "")[:20]) or ""
        places = postcodes.places(found)
        if not places:
            raise Http404
        return Response({"postcode": found, "places": [{**asdict(one), "address": one.address} for one in places]})
