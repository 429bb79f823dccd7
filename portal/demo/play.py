"""The whole play: opening, month, closing, report."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from core import clock, scope
from integrations.channels.nextengine.sample import SHOP as NEXTENGINE
from integrations.channels.rakuten.sample import SHOP as RAKUTEN
from integrations.channels.shopify.sample import SHOP as SHOPIFY
from orders.models import Channel
from portal.commands import say
from portal.demo import closing, files, report, services
from portal.demo.floor import Floor
from portal.demo.month import Mender, Month
from portal.demo.opening import House, open_house
from portal.demo.today import Day
from portal.demo.visitor import Unexpected
from portal.demo.world import COMPANIES, STAFF, Company
from tenants.models import Client

SHOPS = {shop.channel: shop for shop in (NEXTENGINE, RAKUTEN, SHOPIFY)}


class Steps:
    """Says what is being done and how long it took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        say(f"■ {title}")
        begun = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begun
        say(f"  {self.seconds[name]:.1f} 秒")


def play(*, orders: int, report: Path | None) -> int:
    """Play, unless it has been played; write and show the report."""
    kept = settings.VAR / "demo" / "report.json"
    if kept.exists():
        found = json.loads(kept.read_text())
        say("前回のデモのデータをそのまま使います（最初からやり直すには make clean）。")
    elif _half_played():
        say(
            "前回のデモが途中で終わっています。make clean でデータを消してから、もう一度 make demo を実行してください。"
        )
        return 1
    else:
        try:
            found = _play(orders)
        except Unexpected as reason:
            say(f"デモを続けられません: {reason}")
            return 1
        finally:
            clock.run_on()
        kept.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    show(found)
    show_doors()
    return 1 if found["disagreements"] else 0


def _half_played() -> bool:
    with scope.operator():
        return bool(Client.objects.exists())


def _play(orders: int) -> dict[str, Any]:
    steps = Steps()
    with ExitStack() as stack:
        with steps.step("opening", "運営会社と取引先3社を作成"):
            house = open_house(settings.SITE_PORT)
            house.keep(settings.VAR / "demo" / "people.json")
        with steps.step("files", f"受注ファイルを用意（各社 {orders:,} 件）"):
            deliveries = {c.code: files.deliveries(c, SHOPS[c.channel], orders=orders) for c in COMPANIES}
            menders = {c.code: _mender(c, orders) for c in COMPANIES}
        floor = Floor(house.workers(), [c.code for c in COMPANIES])
        month = Month(
            companies=COMPANIES,
            visitors={c.code: stack.enter_context(house.enter(house.of(c.code, "orders"))) for c in COMPANIES},
            clients={c.code: house.actor(house.of(c.code, "orders")) for c in COMPANIES},
            deliveries=deliveries,
            menders=menders,
            floor=floor,
            say=lambda line: say(f"  {line}"),
        )
        with steps.step("month", "1か月分の受注・出荷を処理"):
            month.play()
        with steps.step("services", "無形商材の案件を2件進める"):
            services.play(COMPANIES, house.actor(house.of("", "clerk1")))
        with steps.step("closing", "月次締めと請求書の発行"):
            closing.close(COMPANIES, _billing(house, stack))
        with steps.step("report", "集計と突き合わせ"):
            by_client, wrong = _counted(month)
        with steps.step("today", "締めのあとの1日を処理（対応待ち・やりとり・見積・仕入）"):
            Day(month, SHOPS, house.actor(house.of("", "clerk1"))).play()
        _show_before_taking()
    return report.summed(by_client, steps.seconds, wrong)


def _mender(company: Company, orders: int) -> Mender:
    shop = SHOPS[company.channel]
    return Mender(shop, files.planned(company, shop, orders=orders))


def _show_before_taking() -> None:
    """From now on files come from people, who see what would come of them first."""
    for company in COMPANIES:
        with scope.client(company.code):
            Channel.objects.update(preview=True)


def _billing(house: House, stack: ExitStack) -> closing.Billing:
    readers = {c.code: stack.enter_context(house.enter(house.of(c.code, "accounting"))) for c in COMPANIES}
    approvers = {c.code: house.actor(house.of(c.code, "accounting")) for c in COMPANIES}
    return closing.Billing(house.actor(house.of("", "billing")), approvers, readers)


def _counted(month: Month) -> tuple[dict[str, Any], list[str]]:
    by_client: dict[str, Any] = {}
    wrong: list[str] = []
    for company in COMPANIES:
        sent = [s for s in month.sent if s.company == company]
        have = report.counted(company)
        wrong += report.disagreements(company, report.expected_of(sent, company.channel), have)
        by_client[company.code] = have
    return by_client, wrong


def show(found: dict[str, Any]) -> None:
    """The report for people."""
    say("")
    say("デモの結果")
    say(f"  ファイル {found['files']:,}　行 {found['rows']:,}　受注 {found['orders']:,}　記録 {found['events']:,}")
    say(f"  取り込めなかった行 {sum(found['refused'].values()):,}（{_pairs(found['refused'])}）")
    say(f"  直して送り直した行 {found['mended_rows']:,}　それで登録できた受注 {found['mended']:,}")
    counts = {"出荷": "shipments", "分納": "parts", "保留": "holds", "取消": "cancellations"}
    say("  " + "　".join(f"{name} {found[key]:,}" for name, key in counts.items()))
    for code, figures in found["sla"].items():
        say(f"  SLA {code}: 達成 {figures['hits']:,}　未達 {figures['misses']:,}　対象外 {figures['excluded']:,}")
    for code, invoice in found["invoices"].items():
        figures = f"税込 ¥{invoice['total']:,}（消費税 {_pairs(invoice['tax'])}）"
        say(f"  請求 {code}: {invoice['number']}　{invoice['lines']}明細　{figures}")
    say(f"  所要時間（秒）{_pairs(found['seconds'])}")
    for sentence in found["disagreements"]:
        say(f"  不一致: {sentence}")
    if not found["disagreements"]:
        say("  入力ファイルからの独立した集計とすべて一致しました。")


def _pairs(figures: dict[str, Any]) -> str:
    return "、".join(f"{name} {value:,}" for name, value in figures.items())


def show_doors() -> None:
    """Where to look, and as whom to log in."""
    path = settings.VAR / "demo" / "people.json"
    if not path.exists():
        return
    kept = json.loads(path.read_text())
    say("")
    say(f"ログイン（パスワードは全員 {kept['password']}）")
    for person in kept["people"]:
        host = f"{person['client']}.{settings.BASE_DOMAIN}" if person["client"] else settings.BASE_DOMAIN
        second = "　＋認証コード" if person["totp"] else ""
        say(f"  http://{host}:{settings.SITE_PORT}/　{person['email']}（{person['name']}）{second}")
    example = next(s.email for s in STAFF if s.key == "lead")
    say(f"  認証コードは .venv/bin/python -m portal code {example} で表示します。")
