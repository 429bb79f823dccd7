"""Somebody with a browser: logs in, reads pages, sends forms, over real HTTP."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
TOTP_SECONDS = 30


class Unexpected(RuntimeError):  # noqa: N818 (what the visitor met)
    """A page did not answer as it should: the demonstration ends with what was asked and what came."""


def code_now(secret: str) -> str:
    """The six digits that an authenticator app shows now for `secret`."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_SECONDS)))


class Visitor:
    """A session on one host. `host` is the client's code, "" for the operator's; programs cannot resolve *.localhost,
    so the name travels in the Host header to 127.0.0.1.
    """

    def __init__(self, host: str, *, port: int) -> None:
        name = f"{host}.{settings.BASE_DOMAIN}" if host else settings.BASE_DOMAIN
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Host": f"{name}:{port}", "Referer": f"http://{name}:{port}/"},
            follow_redirects=False,
            timeout=120,
        )
        self.origin = f"http://{name}:{port}"

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def get(self, path: str, *, expect: int = 200) -> httpx.Response:
        """Read a page, following redirects within the host."""
        response = self._follow(self.http.get(path))
        self._check(response, expect)
        return response

    def send(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        form: httpx.Response | None = None,
        files: Any = None,
        expect: int = 200,
    ) -> httpx.Response:
        """Send a form as a browser does: that of the page `form`, else of the page at `path`, opened first."""
        token = TOKEN.search((form or self.get(path)).text)
        if token is None:
            raise Unexpected(f"{path}: the page holds no form.")
        response = self.http.post(
            path, data={**(data or {}), "csrfmiddlewaretoken": html.unescape(token.group(1))}, files=files
        )
        response = self._follow(response)
        self._check(response, expect)
        return response

    def _follow(self, response: httpx.Response) -> httpx.Response:
        for _hop in range(8):
            if response.status_code not in (301, 302, 303):
                return response
            target = response.headers["location"].removeprefix(self.origin)
            response = self.http.get(target)
        raise Unexpected(f"{response.url}: redirects in a circle.")

    def _check(self, response: httpx.Response, expect: int) -> None:
        if response.status_code != expect:
            said = " ".join(re.sub(r"<[^>]+>", " ", response.text).split())[:400]
            raise Unexpected(f"{response.request.method} {response.request.url}: {response.status_code}, {said}")

    def log_in(self, email: str, password: str, secret: str = "") -> None:
        """Log in with password and, where `secret` is given, with the second factor."""
        response = self.send("/account/login/", {"login": email, "password": password})
        if secret:
            response = self.send("/account/2fa/authenticate/", {"code": code_now(secret)})
        if "/account/login" in str(response.url):
            raise Unexpected(f"{email}: the log-in was not accepted.")
