"""What the pages about notices ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.periods import TOKYO
from integrations.notices.catalogue import AUDIENCES, KINDS, MODES, Kind
from integrations.notices.rendering import LONGEST_BODY, LONGEST_SUBJECT
from integrations.queries.delivery import STATES, Wanted
from integrations.services.choosing import MOST_FOLLOW_UP_DAYS

LANGUAGE_NAMES = (("ja", gettext_lazy("日本語")), ("en", gettext_lazy("英語")))


class SenderForm(forms.Form):
    """In whose name buyers are written to."""

    sender = forms.CharField(
        label=gettext_lazy("差出人名"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("購入者に見える店名です。空なら会社名になります。"),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("返信先のアドレス"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("購入者がメールに返信したときの宛先です。"),
    )
    buyer_language = forms.ChoiceField(label=gettext_lazy("購入者へのメールの言語"), choices=LANGUAGE_NAMES)
    follow_up_days = forms.IntegerField(
        label=gettext_lazy("フォローのメールを送る日"), min_value=1, max_value=MOST_FOLLOW_UP_DAYS
    )


class LiveForm(forms.Form):
    """From when the client is live."""

    live_at = forms.DateTimeField(
        label=gettext_lazy("稼働開始の日時"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean_live_at(self) -> datetime:
        given: datetime = self.cleaned_data["live_at"]
        return given.astimezone(TOKYO)


class TextForm(forms.Form):
    """The words of a mail."""

    subject = forms.CharField(label=gettext_lazy("件名"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label=gettext_lazy("本文"), max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 18}), strip=False
    )
    number = forms.CharField(
        label=gettext_lazy("この受注で見る"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("受注番号を入れると、その受注の内容で表示します。空なら最新の受注です。"),
    )


class LogForm(forms.Form):
    """Which mails to show."""

    kind = forms.ChoiceField(label=gettext_lazy("種類"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状態"), required=False)

    def __init__(self, *args: Any, kinds: Iterable[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(kind.code, label_of(kind)) for kind in kinds]
        self.fields["kind"].choices = [("", _("すべての種類")), *shown]  # type: ignore[attr-defined]
        states = [(state, _(words)) for state, (words, _tone) in STATES.items()]
        self.fields["state"].choices = [("", _("すべての状態")), *states]  # type: ignore[attr-defined]

    def wanted(self, words: str) -> Wanted:
        """What was asked for; a word that is not offered is as good as none."""
        return Wanted(words=words, kind=self.data.get("kind", ""), state=self.data.get("state", ""))


def label_of(kind: Kind) -> str:
    """The kind with its audience: 購入者: 出荷."""
    return f"{_(AUDIENCES[kind.audience])}: {_(kind.label)}"


def chosen_modes(data: Any, kinds: Iterable[Kind]) -> dict[str, str]:
    """What a form of radio buttons says of each kind; what it does not name stays as it is."""
    return {kind.code: data[kind.code] for kind in kinds if data.get(kind.code) in MODES and kind.code in KINDS}
