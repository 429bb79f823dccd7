"""The URL map of the style guide, which is served by itself: see portal/look/preview.py."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from portal.look import styleguide

urlpatterns = [
    path("styleguide/", styleguide.page, name="styleguide"),
    path("styleguide/item", styleguide.item, name="styleguide_item"),
    path("styleguide/search", styleguide.search, name="styleguide_search"),
    path("styleguide/running/<int:done>", styleguide.running, name="styleguide_running"),
    path("styleguide/act", styleguide.act, name="styleguide_act"),
    path("styleguide/broken", styleguide.broken, name="styleguide_broken"),
    path("language", set_language, name="set_language"),
]
