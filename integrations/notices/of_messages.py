"""What people are told of conversations. Internal notes are told to nobody but the operator's people who are named."""

from __future__ import annotations

import polars as pl

from core.wording import _
from integrations.notices.kind import MESSAGE, Kind
from tenants.roles import Permission

_JA = """{author} さんからのメッセージ: {title}

{author} さんが「{title}」に書き込みました。

{excerpt}

続きを読んで返信する: {page}"""
_EN = """Message from {author}: {title}

{author} wrote about {title}:

{excerpt}

Read on and answer: {page}"""
_NAMED_JA = """あなたへの呼びかけ: {title}

{author} さんが「{title}」であなたに呼びかけました。

{excerpt}

続きを読んで返信する: {page}"""
_NAMED_EN = """You were mentioned: {title}

{author} mentioned you about {title}:

{excerpt}

Read on and answer: {page}"""

_FROM_US, _FROM_CLIENT = pl.col("side") == "operator", pl.col("side") == "client"

OF_MESSAGES = (
    Kind(
        "client.mentioned",
        "thread.written",
        _("自分への呼びかけ"),
        _NAMED_JA,
        _NAMED_EN,
        MESSAGE,
        permission=Permission.WRITE_MESSAGES,
        named="mentioned",
    ),
    Kind(
        "client.message",
        "thread.written",
        _("委託先からのメッセージ"),
        _JA,
        _EN,
        MESSAGE,
        when=_FROM_US,
        permission=Permission.WRITE_MESSAGES,
        mode="digest",
    ),
    Kind(
        "operator.mentioned",
        "thread.written",
        _("自分への呼びかけ"),
        _NAMED_JA,
        _NAMED_EN,
        MESSAGE,
        permission=Permission.WRITE_MESSAGES,
        named="mentioned",
    ),
    Kind(
        "operator.noted",
        "thread.noted",
        _("社内メモでの呼びかけ"),
        _NAMED_JA,
        _NAMED_EN,
        MESSAGE,
        permission=Permission.WRITE_MESSAGES,
        named="mentioned",
    ),
    Kind(
        "operator.message",
        "thread.written",
        _("取引先からのメッセージ"),
        _JA,
        _EN,
        MESSAGE,
        when=_FROM_CLIENT,
        permission=Permission.WRITE_MESSAGES,
        mode="off",
    ),
)
