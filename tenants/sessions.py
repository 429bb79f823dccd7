"""Sessions that belong to the host they began on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from core import scope

if TYPE_CHECKING:
    from tenants.models import Session


class SessionStore(DatabaseStore):
    """Django's database store; each row carries the client whose host it is for, and is found on that host alone."""

    @classmethod
    def get_model_class(cls) -> type[Any]:
        from tenants.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.client = scope.current().client or ""
        return row

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.client != (scope.current().client or ""):
            self._session_key = None
            return None
        return row
