"""What the access log writes about, in words. An action that is missing here is shown as it is written."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, str | Promise] = {
    "account": _("ログイン"),
    "member": _("担当者"),
    "invitation": _("招待"),
    "token": _("APIトークン"),
    "client": _("会社の設定"),
    "team": _("チーム"),
    "document": _("書類"),
    "order": _("受注"),
    "buyer": _("購入者"),
    "invoice": _("請求"),
    "notice": _("通知"),
    "tracking": _("追跡ページ"),
    "hook": _("ショップとの接続"),
}

ACTIONS: dict[str, str | Promise] = {
    "account.logged_in": _("ログインした"),
    "account.login_failed": _("ログインに失敗した"),
    "account.password_set": _("パスワードを変えた"),
    "member.role_changed": _("権限を変えた"),
    "member.removed": _("担当者を外した"),
    "member.second_factor_reset": _("多要素認証を解除した"),
    "invitation.sent": _("招待を送った"),
    "invitation.revoked": _("招待を取り消した"),
    "invitation.accepted": _("招待を受けて参加した"),
    "token.created": _("APIトークンを発行した"),
    "token.revoked": _("APIトークンを取り消した"),
    "client.created": _("取引先を作成した"),
    "client.changed": _("会社情報を変えた"),
    "client.active": _("ポータルを再開した"),
    "client.inactive": _("ポータルを停止した"),
    "client.live": _("稼働開始の日時を決めた"),
    "client.second_factor": _("多要素認証の必須設定を変えた"),
    "team.created": _("チームを作った"),
    "team.arranged": _("チームの構成を変えた"),
    "team.removed": _("チームを解散した"),
    "document.opened": _("書類を開いた"),
    "document.downloaded": _("書類をダウンロードした"),
    "document.archived": _("書類をまとめてダウンロードした"),
    "order.exported": _("受注を書き出した"),
    "buyer.opened": _("購入者を開いた"),
    "buyer.exported": _("購入者を書き出した"),
    "notice.settings": _("通知の設定を変えた"),
    "notice.text": _("通知の文面を変えた"),
    "notice.address_opened": _("メールの宛先を再開した"),
    "hook.secret_made": _("ショップとの接続の秘密鍵を登録した"),
    "hook.secret_ended": _("ショップとの接続の前の秘密鍵を止めた"),
    "hook.tested": _("ショップとの接続を試した"),
    "hook.retried": _("ショップからの通知を読み直した"),
    "tracking.closed": _("追跡ページを閉じた"),
    "tracking.renewed": _("追跡ページのリンクを作り直した"),
}


def label_of(action: str) -> str | Promise:
    """The action in words."""
    return ACTIONS.get(action, action)
