"""The letterhead: versions that follow one another, checks of what is printed, and who may set the seal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from core.errors import Refused
from documents import queries
from documents.models import IssuedPaper, Letterhead, Picture
from documents.services import letterheads
from tenants.models import AccessLog
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.papers import LOGO, png
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
FORM = {"name": "青山茶舗株式会社", "receipt_for": "お茶代として", "show_prices": "on"}

pytestmark = pytest.mark.django_db


def changed(at: datetime, **given: Any) -> Letterhead:
    pictures_given: dict[str, bytes | None] = {name: given.pop(name) for name in ("logo", "seal") if name in given}
    texts = {"name": "青山茶舗株式会社", **given}
    return letterheads.change(texts, show_prices=True, pictures_given=pictures_given, actor=OPERATOR, at=at)


def test_a_client_begins_with_its_company(acme: str, at: At) -> None:
    first = letterheads.in_force(at=at("2026-10-01 09:00"))

    assert (first.version, first.name, first.show_prices) == (1, "アクメ商事株式会社", True)
    assert letterheads.in_force(at=at("2026-10-02 09:00")).pk == first.pk


def test_each_change_is_a_version_and_no_change_is_none(acme: str, at: At) -> None:
    before = letterheads.in_force(at=at("2026-10-01 09:00"))
    second = changed(at("2026-10-02 09:00"), footer="またどうぞ")
    again = changed(at("2026-10-03 09:00"), footer="またどうぞ")

    assert (before.version, second.version, again.pk) == (1, 2, second.pk)
    assert [one.version for one in queries.letterheads(limit=9)] == [2, 1]
    with scope.operator():
        assert AccessLog.objects.filter(action="settings.letterhead", client="acme").count() == 1


def test_pictures_are_kept_cleaned_stay_and_can_be_taken_away(acme: str, at: At) -> None:
    dirty = png(extra=b"secret place")
    changed(at("2026-10-01 09:00"), logo=LOGO, seal=dirty)
    kept = changed(at("2026-10-02 09:00"), footer="またどうぞ")
    sender = letterheads.sender_of(kept)

    assert sender["logo_format"] == "svg"
    assert sender["seal"] == png()
    assert Picture.objects.count() == 2

    gone = letterheads.sender_of(changed(at("2026-10-03 09:00"), logo=None))
    assert "logo" not in gone
    assert "seal" in gone


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("T7000012050002", True),
        ("T4011001098993", True),
        ("T2120901007402", True),
        ("T7000012050003", False),
        ("T1234567890123", False),
        ("7000012050002", False),
        ("T700001205000", False),
    ],
)
def test_registrations_are_checked(number: str, good: bool) -> None:
    assert letterheads.is_registration(number) is good


def test_nonsense_is_refused_where_it_stands(acme: str, at: At) -> None:
    for given, field in (({"name": " "}, "name"), ({"registration": "T1"}, "registration"), ({"logo": b"x"}, "logo")):
        with pytest.raises(Refused) as refused:
            changed(at("2026-10-01 09:00"), **given)
        assert refused.value.field == field
    assert Letterhead.objects.count() <= 1


def test_a_picture_that_cannot_be_printed_is_refused(acme: str, at: At) -> None:
    nothing = b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"></svg>'

    with pytest.raises(Refused) as refused:
        changed(at("2026-10-01 09:00"), logo=nothing)
    assert refused.value.code == "unprintable"


# The page


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_settings_are_saved_as_typed_and_shown(owner: Client) -> None:
    sent = owner.post(
        "/settings/papers",
        {
            **FORM,
            "registration": "ｔ７０００－０１２０－５０００２",
            "postcode": "150-0001",
            "logo": upload(LOGO, "logo.svg"),
        },
        follow=True,
    )

    assert "帳票の設定を保存しました" in sent.content.decode()
    with scope.client("acme"):
        saved = Letterhead.objects.latest("version")
        assert (saved.registration, saved.postcode) == ("T7000012050002", "1500001")
        assert saved.logo is not None
    assert "ロゴを外す" in owner.get("/settings/papers").content.decode()


def test_what_is_wrong_is_said_beside_the_field(owner: Client) -> None:
    for wrong, sentence in (
        ({"registration": "T1"}, "登録番号が正しくありません"),
        ({"logo": upload(b"%PDF-1.7", "logo.svg")}, "ロゴはPNGかSVG形式"),
        ({"seal": upload(png(colour=2), "seal.png")}, "背景が透明ではありません"),
        ({"name": ""}, "field-error"),
    ):
        answer = owner.post("/settings/papers", {**FORM, **wrong})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_the_preview_shows_the_newest_order_and_changes_nothing(owner: Client) -> None:
    assert "見本にできる受注がまだありません" in owner.get("/settings/papers").content.decode()
    with scope.client("acme"):
        orders.released(orders.order().pk)

    before = owner.get("/settings/papers/preview").content.decode()
    after = owner.post("/settings/papers/preview", {**FORM, "logo": upload(LOGO, "logo.svg")}).content.decode()
    other = owner.post("/settings/papers/preview", {**FORM, "preview_kind": "order_slip"}).content.decode()
    wrong = owner.post("/settings/papers/preview", {**FORM, "logo": upload(b"x", "logo.svg")}).content.decode()

    for shown in (before, after, other):
        assert "data:image/png;base64," in shown
    assert len({before, after, other}) == 3
    assert "このままでは印刷できません" in wrong
    with scope.client("acme"):
        assert not Letterhead.objects.exists()
        assert not IssuedPaper.objects.exists()
        assert not Picture.objects.exists()


def test_the_seal_is_the_owners_alone(owner: Client) -> None:
    admin = login(Client(), staff("admin", serves=["acme"]))
    assert "dropzone" in owner.get("/settings/papers").content.decode().split("背景が透明なPNG")[0]
    assert "取引先の管理者だけです" in admin.get("/clients/acme/settings/papers").content.decode()

    admin.post("/clients/acme/settings/papers", {**FORM, "seal": upload(png(), "seal.png")})

    with scope.client("acme"):
        assert Letterhead.objects.latest("version").seal is None
    owner.post("/settings/papers", {**FORM, "seal": upload(png(), "seal.png")})
    admin.post("/clients/acme/settings/papers", {**FORM, "footer": "またどうぞ", "remove_seal": "on"})
    with scope.client("acme"):
        newest = Letterhead.objects.latest("version")
        assert newest.footer == "またどうぞ"
        assert newest.seal is not None
