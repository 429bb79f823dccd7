"""The list of what can be set beside every page of the settings and of the administration, and how those are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render

from tenants import doors, registry
from tenants.doors import PortalRequest
from tenants.registry import Area, Section, Text


@dataclass(frozen=True)
class Entry:
    """A page that the person may open. active: it is the one at hand, or above it."""

    label: Text
    purpose: Text
    url: str
    active: bool = False


@dataclass(frozen=True)
class Menu:
    """What the person may open, in groups. here: the entry at hand, None on the overview. url: of the overview."""

    groups: list[tuple[Text, list[Entry]]]
    here: Entry | None
    url: str


def company_of(request: PortalRequest) -> str:
    """The code of the company whose settings are looked at; "" is the operator."""
    return request.client.code if request.client else ""


def area_of(request: PortalRequest) -> str:
    """The namespace of the pages at hand: a client's settings, or the operator's administration."""
    return "tenants" if request.client else "admin"


def show(request: PortalRequest, template: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """Answer with the page beside the list of what else can be set."""
    shown = {"area": area_of(request), "settings_menu": menu_of(request), **context}
    return render(request, template, shown, status=status)


def menu_of(request: PortalRequest) -> Menu:
    """The list as the person sees it."""
    area: Area = "client" if request.client else "operator"
    found = [
        (group.label, [_entry(request, section) for section in group.sections if _opens(request, section)])
        for group in registry.groups(area)
    ]
    overview = doors.url(request, "tenants:settings" if request.client else "admin:overview")
    entries = [entry for _label, entries in found for entry in entries]
    above = [entry for entry in entries if _lies_below(request.path, entry.url)]
    here = max(above, key=lambda entry: len(entry.url), default=None)
    groups = [
        (label, [replace(entry, active=entry is here) for entry in entries]) for label, entries in found if entries
    ]
    return Menu(groups, here, overview)


def _lies_below(path: str, url: str) -> bool:
    return path == url or path.startswith(f"{url}/")


def _entry(request: PortalRequest, section: Section) -> Entry:
    return Entry(section.label, section.purpose, doors.url(request, section.name))


def _opens(request: PortalRequest, section: Section) -> bool:
    return section.permission in request.permissions and not (section.own and request.side == "operator")
