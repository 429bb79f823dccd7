"""The addresses of the pages about notices and about shops that tell of orders.

They stand on the client's host, and below /clients/<code>/ on the operator's.
"""

from __future__ import annotations

from django.urls import path

from integrations.pages import answered, erasing, hooks, letters, settings

app_name = "notices"
urlpatterns = [
    path("settings/notices", settings.overview, name="settings"),
    path("settings/notices/switch", settings.switch, name="switch"),
    path("settings/notices/sender", settings.sender, name="sender"),
    path("settings/notices/live", settings.live, name="live"),
    path("settings/notices/log", letters.log, name="log"),
    path("settings/notices/texts/<str:notice_kind>", settings.text, name="text"),
    path("settings/notices/texts/<str:notice_kind>/preview", settings.preview, name="preview"),
    path("settings/notices/texts/<str:notice_kind>/usual", settings.take_usual, name="take_usual"),
    path("letters/<int:notice_id>", letters.letter, name="letter"),
    path("letters/<int:notice_id>/open-address", letters.open_address, name="open_address"),
    path("orders/<int:order_id>/buyer", letters.of_order, name="of_order"),
    path("orders/<int:order_id>/buyer/renew", letters.renew, name="renew"),
    path("orders/<int:order_id>/buyer/close", letters.close, name="close"),
]

answered_patterns = [
    path("sla/answered", answered.looks, name="looks"),
    path("sla/answered/card", answered.card, name="card"),
]

erasing_patterns = [path("buyers/<int:buyer_id>/erase", erasing.erase, name="erase")]

hook_patterns = [
    path("settings/hooks", hooks.overview, name="settings"),
    path("settings/hooks/log", hooks.log, name="log"),
    path("settings/hooks/log/<int:delivery_id>/retry", hooks.retry, name="retry"),
    path("settings/hooks/<slug:channel_code>/secret", hooks.secret, name="secret"),
    path("settings/hooks/<slug:channel_code>/end-old", hooks.end_old, name="end_old"),
    path("settings/hooks/<slug:channel_code>/test", hooks.test, name="test"),
]
