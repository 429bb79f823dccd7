"""Every address of both hosts, found by walking the URL maps: what it asks for, and a path that leads there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

MAPS = {"client": "portal.urls.client", "operator": "portal.urls.operator"}
SLUGS = {
    "client_code": "acme",
    "code": "acme",
    "kind": "pick",
    "profile": "nextengine",
    "key": "none",
    "uidb36": "1",
    "secret": "none",
    "entry": "00000000-0000-4000-8000-000000000000",
    "notice_kind": "buyer.shipped",
}

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """One address. route: as Django writes it. permission, methods, side: what its door says, None where it has none.

    scopes: what an endpoint of the API asks a token for, by method.
    """

    host: str
    route: str
    name: str
    permission: Any
    methods: tuple[str, ...]
    side: str
    scopes: Mapping[str, str]
    module: str

    def path(self, ids: Mapping[str, int | str]) -> str:
        """A path of this address. ids: which object stands for which part of the route; 1 for the others.

        A part is called by its name, or by the end of the route up to it where a name means several things.
        """

        def filled(found: re.Match[str]) -> str:
            name, so_far = found.group(1), found.string[: found.end()]
            known = (value for end, value in ids.items() if end == name or (">" in end and so_far.endswith(end)))
            return str(next(known, SLUGS.get(name, 1)))

        return "/" + _PART.sub(filled, _GROUP.sub(filled, self.route)).replace("^", "").replace("$", "")

    @property
    def is_page(self) -> bool:
        """Whether it stands behind a door that asks for a permission."""
        return self.side != ""

    @property
    def is_below_a_client(self) -> bool:
        """Whether it is a client's page or one about a client, on the operator's host."""
        return self.host == "operator" and "<slug:client_code>" in self.route

    def opens_for(self, permissions: frozenset[Any]) -> bool:
        """Whether people with these permissions pass."""
        return self.permission is None or self.permission in permissions


def all_addresses() -> list[Address]:
    """Every address of both hosts."""
    return [
        _address(host, route, pattern)
        for host, urlconf in MAPS.items()
        for route, pattern in _walk(get_resolver(urlconf).url_patterns)
    ]


def _walk(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def _address(host: str, route: str, pattern: URLPattern) -> Address:
    view: Any = pattern.callback
    shown = getattr(view, "cls", getattr(view, "view_class", view))
    scopes = getattr(shown, "required_scopes", {})
    return Address(
        host,
        route,
        pattern.name or "",
        getattr(view, "permission", "unsaid"),
        getattr(view, "methods", ()),
        getattr(view, "side", ""),
        scopes if isinstance(scopes, Mapping) else dict.fromkeys(("GET", "POST"), scopes),
        str(shown.__module__),
    )
