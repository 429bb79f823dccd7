"""What the portal can meet, each under its code: a new channel is its folder and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.channels.aishipr.profile import PROFILE as AISHIPR
from integrations.channels.amazon.profile import PROFILE as AMAZON
from integrations.channels.base.profile import PROFILE as BASE
from integrations.channels.eccube.live import LIVE as ECCUBE_LIVE
from integrations.channels.eccube.profile import PROFILE as ECCUBE
from integrations.channels.hooks import Live
from integrations.channels.makeshop.profile import PROFILE as MAKESHOP
from integrations.channels.nextengine.profile import PROFILE as NEXTENGINE
from integrations.channels.rakuten.profile import PROFILE as RAKUTEN
from integrations.channels.shopify.live import LIVE as SHOPIFY_LIVE
from integrations.channels.shopify.profile import PROFILE as SHOPIFY
from integrations.channels.yahoo.profile import PROFILE as YAHOO
from orders.intake import Profile

CHANNELS: Mapping[str, Profile] = {
    profile.code: profile for profile in (NEXTENGINE, RAKUTEN, YAHOO, AMAZON, SHOPIFY, BASE, ECCUBE, MAKESHOP, AISHIPR)
}
"""The order channels: code to the profile of their file."""

LIVE: Mapping[str, Live] = {live.code: live for live in (SHOPIFY_LIVE, ECCUBE_LIVE)}
"""Those of the order channels that tell of each order by themselves."""
