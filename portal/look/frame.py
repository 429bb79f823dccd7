"""What the frame needs of its own: the page's clock, the words of the scripts, messages and their undo."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib.messages.storage.base import Message
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from portal.look import figures

UNDO = "undo="
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
MESSAGE_TONES = {"debug": "info", "info": "info", "success": "done", "warning": "attention", "error": "trouble"}


def now_mark() -> SafeString:
    """The server's time on the page, so that times told in words keep current by it and not by the reader's clock."""
    return format_html(' data-now="{}"', clock.now().isoformat())


def interface_words() -> SafeString:
    """What the scripts say, in the reader's language."""
    return json_script(
        {
            "formats": asdict(figures.words(get_language())),
            "copied": _("コピーしました"),
            "undo": _("元に戻す"),
            "dismiss": _("閉じる"),
            "unreachable": _("サーバーにつながりません。通信を確認してもう一度お試しください。"),
            "failed": _("処理中に問題が起きました。しばらくしてからもう一度お試しください。"),
            "forbidden": _("この操作をする権限がないか、画面が古くなっています。画面を開き直してください。"),
            "missing": _("対象が見つかりません。すでに片付いているか、移動した可能性があります。"),
            "passkey": _("パスキーを確認できませんでした。もう一度試すか、別の方法でログインしてください。"),
            "keys": {
                "search": _("検索"),
                "help": _("この一覧を開く"),
                "down": _("次の行"),
                "up": _("前の行"),
                "select": _("行を選ぶ・外す"),
                "range": _("前に選んだ行までまとめて選ぶ"),
                "open": _("行を開く"),
                "close": _("閉じる・選択を解除"),
            },
        },
        "interface-words",
    )


def message_tone(message: Message) -> str:
    """The notice's tone for a message's level."""
    return MESSAGE_TONES.get(message.level_tag, "info")


def starts(path: str, prefix: str) -> bool:
    """Whether an address lies below another."""
    return bool(prefix) and path.startswith(prefix)


def browser(user_agent: str) -> str:
    """The browser and system that a User-Agent header names: `Chrome, Windows`. Only a hint for its owner."""
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or _("不明なブラウザー")


def undo_url(message: Message) -> str:
    """Where the message can be undone: given as `extra_tags="undo=/the/address"`, a path of this host; else empty."""
    for tag in (message.extra_tags or "").split():
        url = tag.removeprefix(UNDO)
        if url != tag and url.startswith("/") and not url.startswith("//"):
            return url
    return ""
