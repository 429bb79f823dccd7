from __future__ import annotations

import pytest
from django.conf import settings
from django.test import override_settings

from core import sealing


def test_what_is_sealed_opens_again_and_does_not_show() -> None:
    sealed = sealing.seal("種 JBSWY3DP")
    assert "JBSWY3DP" not in sealed
    assert sealing.unseal(sealed) == "種 JBSWY3DP"
    assert sealing.seal("種 JBSWY3DP") != sealed


def test_an_older_key_still_opens_after_a_change() -> None:
    sealed = sealing.seal("secret")
    with override_settings(ENCRYPTION_KEY=f"a-new-key-of-sufficient-length-0123456789, {settings.ENCRYPTION_KEY}"):
        assert sealing.unseal(sealed) == "secret"


def test_a_foreign_key_opens_nothing() -> None:
    sealed = sealing.seal("secret")
    with (
        override_settings(ENCRYPTION_KEY="somebody-elses-key-of-sufficient-length-01"),
        pytest.raises(sealing.NotOurs),
    ):
        sealing.unseal(sealed)
