"""What a rule can do with the orders that satisfy its condition: the whole list, each with parameters that are checked.

An action changes columns of Subjects; one that would change nothing has no effect and leaves no trace, so that rules
may run again. What it comes to in rows is written by orders.services.ruling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from core.definitions import Definition, read_day, reading, refuse
from core.wording import Sentence, _
from orders.mails import ALL_MAILS, MAILS, MUTABLE
from orders.reasons import HOLD_REASONS, PARTIES, SECOND_LOOK, VERIFICATION_REASONS
from orders.ruling.deriving import holidays_of
from orders.ruling.fields import PRIORITIES, SLOTS, TEMPERATURES, WEEKDAYS
from orders.ruling.subjects import CHANGES, SEPARATOR, Subjects
from orders.supplying import BRANCHES
from orders.tracking import CARRIERS

MAX_ACTIONS = 15
"""How many actions a rule may have."""

TEXT, LONG, CHOICE, WHOLE, DATE = "text", "long", "choice", "whole", "date"
"""Kinds of parameter: a line of text, several lines, one of a list, a whole number, a day."""

Values = Mapping[str, Any]
Apply = Callable[[Subjects, pl.Series, Values], pl.DataFrame]
"""Changes the orders that are going and returns CHANGES."""


@dataclass(frozen=True)
class Param:
    """A parameter of an action. most: characters of a text, or the largest number. choices: code to name."""

    name: str
    label: str
    kind: str = TEXT
    required: bool = True
    least: int = 0
    most: int = 100
    choices: Mapping[str, str] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of action. sentence: with the parameters' names in it. shown: codes in before and after, to names."""

    code: str
    label: str
    group: str
    sentence: str
    params: tuple[Param, ...]
    apply: Apply
    shown: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Action:
    """An action of a rule. values: by the names of the kind's parameters; those left out are "" or None."""

    code: str
    values: Values

    @property
    def kind(self) -> Kind:
        return ACTIONS[self.code]


def read_actions(data: object, path: str = "actions") -> tuple[Action, ...]:
    """The actions from their JSON: a list of {"do": code, …parameters}. Refused with the place of what is wrong."""
    if not isinstance(data, list | tuple) or not data:
        refuse(path, _("動作を1つ以上入れてください。"))
    if len(data) > MAX_ACTIONS:
        refuse(path, Sentence(_("動作が多すぎます。1つの規則には%(most)s個までです。"), most=MAX_ACTIONS))
    return tuple(read_action(each, f"{path}[{nth}]") for nth, each in enumerate(data))


def read_action(data: object, path: str = "") -> Action:
    """One action from its JSON."""
    with reading(data, path) as definition:
        code = definition.text("do")
        if code not in ACTIONS:
            refuse(definition.at("do"), Sentence(_("「%(code)s」という動作はありません。"), code=code))
        action = Action(code, {param.name: _read_param(param, definition) for param in ACTIONS[code].params})
    if code == "hold" and HOLD_REASONS[action.values["reason"]].ends_itself and not action.values["days"]:
        refuse(f"{path}.days" if path else "days", _("いつまで保留にするのかを入れてください。"))
    return action


def _read_param(param: Param, definition: Definition) -> Any:
    where = definition.at(param.name)
    if not definition.has(param.name):
        if param.required:
            refuse(where, _("値が必要です。"))
        return None if param.kind == WHOLE else ""
    if param.kind == WHOLE:
        number = definition.whole(param.name, least=param.least)
        if number > param.most:
            refuse(where, Sentence(_("%(most)s 以下の数で指定してください。"), most=param.most))
        return number
    if param.kind == DATE:
        return read_day(definition.value(param.name), where)
    return _read_text(param, definition.text(param.name).strip(), where)


def _read_text(param: Param, text: str, where: str) -> str:
    if param.choices is not None and text not in param.choices:
        refuse(where, Sentence(_("「%(value)s」は選べません。"), value=text))
    if len(text) > param.most:
        refuse(where, Sentence(_("長すぎます。%(longest)s文字以内で入れてください。"), longest=param.most))
    return text


def written(action: Action) -> dict[str, Any]:
    """The action as JSON, the inverse of read_action."""
    values = {name: value for name, value in action.values.items() if value not in ("", None)}
    return {"do": action.code} | {
        name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()
    }


# How actions change columns


def _set(column: str, value: Callable[[Values], pl.Expr]) -> Apply:
    return lambda subjects, going, given: subjects.put(column, going, value(given))


def _given(column: str, param: str) -> Apply:
    return _set(column, lambda given: pl.lit(given[param]))


def _with(column: str, param: str) -> Apply:
    """The list with one more in it, where it is not there yet."""

    def value(given: Values) -> pl.Expr:
        own = pl.col(column)
        return pl.when(own.list.contains(given[param])).then(own).otherwise(pl.concat_list(own, pl.lit(given[param])))

    return _set(column, value)


def _without(column: str, param: str) -> Apply:
    return _set(column, lambda given: pl.col(column).list.eval(pl.element().filter(pl.element() != given[param])))


def _mute_mail(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    """One more mail is kept back, where not all of them are."""
    own = pl.col("muted_mails")
    silent = own.list.contains(given["mail"]) | own.list.contains(ALL_MAILS)
    muted = pl.when(silent).then(own).otherwise(pl.concat_list(own, pl.lit(given["mail"])))
    return subjects.put("muted_mails", going, muted)


def _mails(muted: list[str]) -> Apply:
    return _set("muted_mails", lambda _given: pl.lit(muted, dtype=pl.List(pl.String)))


def _append_note(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    own, text = pl.col("staff_note"), given["text"]
    lengthened = pl.when(own == "").then(pl.lit(text)).otherwise(own + "\n" + text)
    return subjects.put(
        "staff_note", going, pl.when(own.str.contains(text, literal=True)).then(own).otherwise(lengthened)
    )


def _move_note(subjects: Subjects, going: pl.Series, _given: Values) -> pl.DataFrame:
    staff, note = pl.col("staff_note"), pl.col("note")
    joined = pl.when(note == "").then(staff).when(staff == "").then(note).otherwise(staff + "\n" + note)
    changed = subjects.put("staff_note", going, joined)
    subjects.put("note", going, pl.lit(""))
    return changed


def _ship_after(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    days = subjects.fact("ordered_day")
    later = {day: _working_day(day, given["days"]) for day in days.filter(going).unique()}
    return subjects.put("ship_on", going, pl.lit(_mapped(days, later)))


def _working_day(day: date, count: int) -> date:
    """The count-th day after this one that is no Saturday, Sunday or national holiday; with 0 the first from it."""
    off = set(holidays_of(pl.Series([day, day + timedelta(days=200)], dtype=pl.Date)))
    left = count
    while left or day.weekday() > 4 or day in off:
        day += timedelta(days=1)
        left -= bool(left) and day.weekday() < 5 and day not in off
    return day


def _ship_weekday(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    wanted = list(WEEKDAYS).index(given["weekday"])
    days = subjects.fact("ordered_day")
    later = {day: day + timedelta(days=(wanted - day.weekday() - 1) % 7 + 1) for day in days.filter(going).unique()}
    return subjects.put("ship_on", going, pl.lit(_mapped(days, later)))


def _mapped(days: pl.Series, later: Mapping[date, date]) -> pl.Series:
    pairs = pl.DataFrame({"day": list(later), "later": list(later.values())}, schema={"day": pl.Date, "later": pl.Date})
    return days.alias("day").to_frame().join(pairs, on="day", how="left", maintain_order="left")["later"]


def _ship_before_wish(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    wished = pl.col("wished_date")
    earlier = wished.dt.offset_by(f"-{given['days']}d")
    return subjects.put("ship_on", going, pl.when(wished.is_not_null()).then(earlier).otherwise(pl.col("ship_on")))


def _promise_after(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    day = pl.coalesce(pl.col("ship_on"), pl.lit(subjects.fact("ordered_day")))
    return subjects.put("promised_date", going, day.dt.offset_by(f"{given['days']}d"))


def _add_line(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    """A line for nothing, where the order has none with this code."""
    lines = subjects.lines
    has = lines.filter(pl.col("sku") == given["sku"])["key"]
    last = lines.group_by("key").agg(pl.col("line_no").max().alias("last"))
    orders = subjects.orders.filter(going & ~subjects.orders["key"].is_in(has.implode()))
    added = orders.select("key", "number").join(last, on="key", how="left", maintain_order="left")
    added = added.select(
        "key",
        "number",
        (pl.col("last").fill_null(0) + 1).alias("line_no"),
        pl.lit(given["sku"]).alias("sku"),
        pl.lit(given["name"]).alias("name"),
        pl.lit("").alias("option"),
        pl.lit(given["quantity"], pl.Int64).alias("quantity"),
        pl.lit(0).cast(lines.schema["unit_price"]).alias("unit_price"),
        pl.lit(10, pl.Int64).alias("tax_rate"),
        pl.lit(0).cast(lines.schema["line_discount"]).alias("line_discount"),
        pl.lit("stock").alias("branch"),
    )
    if not added.is_empty():
        subjects.put_lines(pl.concat([lines, added], how="diagonal_relaxed", rechunk=True))
    shown = f"{given['sku']} {given['name']} × {given['quantity']}"
    return added.select("key", pl.lit("").alias("before"), pl.lit(shown).alias("after")).match_to_schema(CHANGES)


def _set_branch(subjects: Subjects, going: pl.Series, given: Values) -> pl.DataFrame:
    """The lines whose code begins as given, all of them where nothing is given."""
    lines, prefix = subjects.lines, given["sku"]
    asked = lines["key"].is_in(subjects.orders["key"].filter(going).implode())
    turned = asked & lines["sku"].str.starts_with(prefix) & (lines["branch"] != given["branch"])
    if not turned.any():
        return pl.DataFrame(schema=CHANGES)
    subjects.put_lines(
        lines.with_columns(pl.when(pl.lit(turned)).then(pl.lit(given["branch"])).otherwise("branch").alias("branch"))
    )
    joined = [pl.col(name).unique(maintain_order=True).str.join(SEPARATOR) for name in ("before", "after")]
    shown = lines.filter(turned).select("key", before="branch", after=pl.lit(given["branch"]))
    return shown.group_by("key", maintain_order=True).agg(joined)


def _nothing(_subjects: Subjects, _going: pl.Series, _given: Values) -> pl.DataFrame:
    """What ends the rules is seen to by whoever runs them; of the order it changes nothing."""
    return pl.DataFrame(schema=CHANGES)


_LOOK, _ARRANGE, _PARCEL = _("確認と保留"), _("出荷と納期"), _("中身と手配")
_MARK, _PAYMENT, _MAIL, _FLOW = _("目印とメモ"), _("支払"), _("購入者へのメール"), _("流れ")
_REASONS = {code: label for code, label in VERIFICATION_REASONS.items() if code != SECOND_LOOK}
"""Without the second look, which no rule may ask for or waive: it is a person's."""

_HOLDS = {code: reason.staff for code, reason in HOLD_REASONS.items()}
_CARRIERS = {code: carrier.name for code, carrier in CARRIERS.items()}
_YES = {"true": _("はい"), "false": _("いいえ")}


def _yes(column: str) -> Apply:
    return _set(column, lambda given: pl.lit(given["value"] == "true"))


_ALL = (
    Kind("verify", _("確認を求める"), _LOOK, _("「%(reason)s」の確認を求める"),
         (Param("reason", _("確認の理由"), CHOICE, choices=_REASONS),), _with("open_reasons", "reason"), _REASONS),
    Kind("waive", _("確認を省く"), _LOOK, _("「%(reason)s」の確認を省く"),
         (Param("reason", _("確認の理由"), CHOICE, choices=_REASONS),), _without("open_reasons", "reason"), _REASONS),
    Kind("hold", _("保留にする"), _LOOK, _("「%(reason)s」で保留にする"),
         (Param("reason", _("保留の理由"), CHOICE, choices=_HOLDS),
          Param("party", _("対応する人"), CHOICE, required=False, choices=PARTIES),
          Param("question", _("たずねること"), LONG, required=False, most=2000),
          Param("days", _("解除の予定"), WHOLE, required=False, least=1, most=365, unit=_("日後"))),
         _with("held_for", "reason"), _HOLDS),
    Kind("cancel", _("キャンセルする"), _LOOK, _("キャンセルする（%(reason)s）"),
         (Param("reason", _("理由"), most=200),), _set("cancelled", lambda _given: pl.lit(value=True)), _YES),
    Kind("ship_on", _("出荷日を決める"), _ARRANGE, _("出荷日を %(day)s にする"),
         (Param("day", _("出荷日"), DATE),), _given("ship_on", "day")),
    Kind("ship_after", _("出荷日を注文日の営業日後にする"), _ARRANGE, _("出荷日を注文日の %(days)s 営業日後にする"),
         (Param("days", _("営業日"), WHOLE, most=60, unit=_("営業日後")),), _ship_after),
    Kind("ship_weekday", _("出荷日を次の曜日にする"), _ARRANGE, _("出荷日を注文日の次の%(weekday)sにする"),
         (Param("weekday", _("曜日"), CHOICE, choices=WEEKDAYS),), _ship_weekday),
    Kind("ship_before_wish", _("出荷日を希望日の前にする"), _ARRANGE, _("出荷日を希望日の %(days)s 日前にする"),
         (Param("days", _("希望日の何日前"), WHOLE, most=60, unit=_("日前")),), _ship_before_wish),
    Kind("promise_after", _("お届け予定日を決める"), _ARRANGE,
         _("お届け予定日を出荷日（なければ注文日）の %(days)s 日後にする"),
         (Param("days", _("何日後"), WHOLE, most=90, unit=_("日後")),), _promise_after),
    Kind("drop_wish", _("希望日を外す"), _ARRANGE, _("希望日を外す"), (),
         _set("wished_date", lambda _given: pl.lit(None, pl.Date))),
    Kind("set_slot", _("希望時間帯を変える"), _ARRANGE, _("希望時間帯を「%(slot)s」にする"),
         (Param("slot", _("時間帯"), CHOICE, choices=SLOTS),), _given("wished_slot", "slot"), SLOTS),
    Kind("set_carrier", _("運送会社を決める"), _ARRANGE, _("運送会社を %(carrier)s にする"),
         (Param("carrier", _("運送会社"), CHOICE, choices=_CARRIERS),), _given("carrier", "carrier"), _CARRIERS),
    Kind("set_delivery", _("配送方法を変える"), _ARRANGE, _("配送方法を「%(method)s」にする"),
         (Param("method", _("配送方法"), most=60),), _given("delivery_method", "method")),
    Kind("set_temperature", _("温度帯を決める"), _ARRANGE, _("温度帯を%(temperature)sにする"),
         (Param("temperature", _("温度帯"), CHOICE, choices=TEMPERATURES),), _given("temperature", "temperature"),
         TEMPERATURES),
    Kind("set_priority", _("作業の優先度を変える"), _ARRANGE, _("作業の優先度を「%(priority)s」にする"),
         (Param("priority", _("優先度"), CHOICE, choices=PRIORITIES),),
         _set("priority", lambda given: pl.lit(int(given["priority"]))), PRIORITIES),
    Kind("add_line", _("同梱物を加える"), _PARCEL, _("%(sku)s %(name)s を %(quantity)s 点、0円で加える"),
         (Param("sku", _("商品コード"), most=100), Param("name", _("商品名"), most=255),
          Param("quantity", _("数量"), WHOLE, least=1, most=999, unit=_("点"))), _add_line),
    Kind("set_branch", _("手配の区分を変える"), _PARCEL, _("商品コードが「%(sku)s」で始まる明細を%(branch)sにする"),
         (Param("sku", _("商品コードの先頭（空欄ならすべて）"), required=False, most=100),
          Param("branch", _("手配の区分"), CHOICE, choices=BRANCHES)), _set_branch, BRANCHES),
    Kind("set_gift", _("ギフトの印を変える"), _PARCEL, _("ギフトを「%(value)s」にする"),
         (Param("value", _("ギフト"), CHOICE, choices=_YES),), _yes("gift"), _YES),
    Kind("set_noshi", _("のしを決める"), _PARCEL, _("のしを「%(text)s」にする"),
         (Param("text", _("のし"), most=100),), _given("noshi", "text")),
    Kind("set_wrapping", _("ラッピングを決める"), _PARCEL, _("ラッピングを「%(text)s」にする"),
         (Param("text", _("ラッピング"), most=100),), _given("wrapping", "text")),
    Kind("set_message", _("メッセージを入れる"), _PARCEL, _("メッセージを「%(text)s」にする"),
         (Param("text", _("メッセージ"), LONG, most=500),), _given("message", "text")),
    Kind("tag", _("タグを付ける"), _MARK, _("タグ「%(tag)s」を付ける"),
         (Param("tag", _("タグ"), most=30),), _with("tags", "tag")),
    Kind("untag", _("タグを外す"), _MARK, _("タグ「%(tag)s」を外す"),
         (Param("tag", _("タグ"), most=30),), _without("tags", "tag")),
    Kind("add_staff_note", _("作業メモに書き足す"), _MARK, _("作業メモに「%(text)s」と書き足す"),
         (Param("text", _("作業メモ"), LONG, most=500),), _append_note),
    Kind("set_staff_note", _("作業メモを書き換える"), _MARK, _("作業メモを「%(text)s」にする"),
         (Param("text", _("作業メモ"), LONG, most=500),), _given("staff_note", "text")),
    Kind("move_note", _("備考を作業メモへ移す"), _MARK, _("備考を作業メモへ移す"), (), _move_note),
    Kind("mark_paid", _("入金済みにする"), _PAYMENT, _("入金済みにする"), (),
         _set("paid", lambda _given: pl.lit(value=True)), _YES),
    Kind("set_prepaid", _("前払い・後払いを変える"), _PAYMENT, _("前払いを「%(value)s」にする"),
         (Param("value", _("前払い"), CHOICE, choices=_YES),), _yes("prepaid"), _YES),
    Kind("mute_mail", _("購入者通知の一部を止める"), _MAIL, _("購入者に「%(mail)s」のメールを送らない"),
         (Param("mail", _("メールの種類"), CHOICE, choices=MAILS),), _mute_mail, MUTABLE),
    Kind("mute_all_mails", _("購入者通知をすべて止める"), _MAIL, _("購入者にメールを一切送らない"), (),
         _mails([ALL_MAILS]), MUTABLE),
    Kind("unmute_mails", _("購入者通知を再開する"), _MAIL, _("購入者通知を再開する"), (),
         _mails([]), MUTABLE),
    Kind("stop", _("ここで終える"), _FLOW, _("あとの規則を適用しない"), (), _nothing),
)  # fmt: skip

ACTIONS: Mapping[str, Kind] = {kind.code: kind for kind in _ALL}
"""Every action by its code, in the order in which they are offered."""
