"""Secret links to pages of a client's host: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from core import scope, sealing
from tenants.queries.companies import address_of


@dataclass(frozen=True)
class Links:
    """The links of one kind. kind: no link of one kind opens another, or another client's; page: name of the address.

    A link names a thing and the serial of its link, which goes up when the link is replaced.
    """

    kind: str
    page: str

    def secret(self, key: int, serial: int) -> str:
        """The secret part of the address."""
        return sealing.link_to(f"{key}.{serial}", space=self._space())

    def address(self, secret: str) -> str:
        """The whole address of the page behind a secret, "" where that is ""."""
        if not secret:
            return ""
        return address_of(scope.current_client(), reverse(self.page, settings.CLIENT_URLCONF, args=[secret]))

    def read(self, secret: str) -> tuple[int, int] | None:
        """The thing and the serial that a secret names; None for one that was never made here."""
        try:
            key, _dot, serial = sealing.linked(secret, space=self._space()).partition(".")
        except sealing.NotOurs:
            return None
        return int(key), int(serial)

    def _space(self) -> str:
        return f"{self.kind}:{scope.current_client()}"
