"""What the portal can meet, each under its code: a new channel is its folder and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.channels.nextengine.profile import PROFILE as NEXTENGINE
from integrations.channels.rakuten.profile import PROFILE as RAKUTEN
from integrations.channels.shopify.profile import PROFILE as SHOPIFY
from orders.intake import Profile

CHANNELS: Mapping[str, Profile] = {profile.code: profile for profile in (NEXTENGINE, RAKUTEN, SHOPIFY)}
"""The order channels: code to the profile of their file."""
