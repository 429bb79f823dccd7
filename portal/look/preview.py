"""Serves the style guide by itself, without database or log-in: `python -m portal.look`, and the browser tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.toasts.ToastMiddleware",
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """The address of the style guide, served on 127.0.0.1 as long as the block lasts. Port 0 takes a free one."""
    with override_settings(
        ROOT_URLCONF="portal.urls.styleguide",
        MIDDLEWARE=MIDDLEWARE,
        CSRF_USE_SESSIONS=False,
        MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        WHITENOISE_USE_FINDERS=True,
    ):
        server = ThreadedWSGIServer(("127.0.0.1", port), _Quiet, ipv6=False)
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/styleguide/"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
