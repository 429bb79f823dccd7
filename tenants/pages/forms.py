"""What the pages ask for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from tenants import queries
from tenants.actions import GROUPS
from tenants.queries import AccessFilter
from tenants.roles import TOKEN_SCOPES, Permission, roles_of, side_of

HUES: tuple[tuple[int, str | Promise], ...] = (
    (1, gettext_lazy("青")),
    (2, gettext_lazy("赤")),
    (3, gettext_lazy("緑")),
    (4, gettext_lazy("黄")),
    (5, gettext_lazy("紫紅")),
    (6, gettext_lazy("水色")),
    (7, gettext_lazy("橙")),
    (8, gettext_lazy("紫")),
    (9, gettext_lazy("黄緑")),
    (10, gettext_lazy("桃")),
    (11, gettext_lazy("空色")),
    (12, gettext_lazy("青緑")),
)
TOKEN_DAYS = 90


def _day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class CompanyForm(forms.Form):
    """What a company is called, where it is, and its colour."""

    name = forms.CharField(label=gettext_lazy("会社名"), max_length=100)
    name_kana = forms.CharField(label=gettext_lazy("会社名（カナ）"), max_length=100, required=False)
    postcode = forms.RegexField(
        r"^\d{3}-?\d{4}$",
        label=gettext_lazy("郵便番号"),
        required=False,
        error_messages={"invalid": gettext_lazy("郵便番号は7桁の数字で入力してください（例: 100-0001）。")},
    )
    address = forms.CharField(label=gettext_lazy("住所"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("電話番号"), max_length=20, required=False)
    hue = forms.TypedChoiceField(label=gettext_lazy("見分けの色"), choices=HUES, coerce=int, initial=1)


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    name = forms.CharField(label=gettext_lazy("お名前"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("権限"))
    team = forms.TypedChoiceField(label=gettext_lazy("チーム"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, client: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_roles(self.fields["role"], client)
        if client:
            del self.fields["team"]
        else:
            blank = ("", _("あとで決める"))
            self.fields["team"].choices = [blank, *queries.team_choices()]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label=gettext_lazy("権限"))

    def __init__(self, *args: Any, client: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_roles(self.fields["role"], client)


def _offer_roles(field: forms.Field, client: str) -> None:
    field.choices = [(role.key, role.label) for role in roles_of(side_of(client))]  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """What a token is for, what it may do, and until when."""

    name = forms.CharField(
        label=gettext_lazy("名前"),
        max_length=60,
        help_text=gettext_lazy("使うシステムの名前です（例: 基幹システム連携）。"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("使える範囲"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("使える範囲を1つ以上選んでください。")},
    )
    expires_on = _day_field(
        gettext_lazy("有効期限"), help_text=gettext_lazy("この日の終わりまで使えます。最長1年です。")
    )

    def __init__(self, *args: Any, permissions: frozenset[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(s.key, s.label) for s in TOKEN_SCOPES.values() if s.permission in permissions]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = timezone.localdate(clock.now()) + timedelta(days=TOKEN_DAYS)

    def expires_at(self) -> datetime:
        """The end of the chosen day, where the person is."""
        return _begin_of(self.cleaned_data["expires_on"] + timedelta(days=1))


class AccessForm(forms.Form):
    """Which lines of the access log to show."""

    group = forms.ChoiceField(label=gettext_lazy("種類"), required=False)
    since = _day_field(gettext_lazy("いつから"), required=False)
    until = _day_field(gettext_lazy("いつまで"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("すべて")), *GROUPS.items()]  # type: ignore[attr-defined]

    def wanted(self, text: str) -> AccessFilter:
        """What to look for; a field that cannot be read is left out."""
        given = self.cleaned_data if self.is_valid() else {k: v for k, v in self.cleaned_data.items() if v}
        since, until = given.get("since"), given.get("until")
        return AccessFilter(
            group=given.get("group", ""),
            text=text,
            since=_begin_of(since) if since else None,
            until=_begin_of(until + timedelta(days=1)) if until else None,
        )


def _begin_of(day: date) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(str(zone)))


class ClientForm(CompanyForm):
    """A new client: the company, its first owner, and who serves it."""

    code = forms.CharField(
        label=gettext_lazy("取引先コード"),
        max_length=30,
        help_text=gettext_lazy("アドレスの一部になり、あとから変えられません。英小文字・数字・ハイフン。"),
    )
    owner_name = forms.CharField(label=gettext_lazy("お名前"), max_length=60)
    owner_email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254)
    teams = forms.TypedMultipleChoiceField(
        label=gettext_lazy("担当するチーム"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = queries.team_choices()  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    """A team: its people and its clients."""

    name = forms.CharField(label=gettext_lazy("チーム名"), max_length=60)
    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("メンバー"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    clients = forms.MultipleChoiceField(
        label=gettext_lazy("担当する取引先"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = queries.staff_choices()  # type: ignore[attr-defined]
        self.fields["clients"].choices = queries.client_choices()  # type: ignore[attr-defined]


class NewTeamForm(TeamForm):
    """A team that does not exist yet."""

    code = forms.SlugField(
        label=gettext_lazy("チームコード"), max_length=30, help_text=gettext_lazy("英小文字・数字・ハイフン。")
    )
    field_order = ("code", "name", "people", "clients")
