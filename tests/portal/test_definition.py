from __future__ import annotations

from itertools import pairwise

import pytest
from django.test import Client

from core import scope
from core.models import Event
from integrations.models import Notice
from orders.lifecycle import BY_CODE, PHASES, STARTS, graph, next_steps, phase_of, started
from orders.models import Order, PhaseLabel
from portal.look import diagrams
from tests.factories import orders as factory
from tests.factories.people import client_person, login, staff


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner", "acme"), "acme")


def test_the_definition_has_every_phase_and_every_refusal(owner: Client) -> None:
    page = owner.get("/definition").content.decode()
    for phase in PHASES:
        assert phase.staff in page
        assert f'id="phase-{phase.code}"' in page
    assert "保留中の注文です。保留を解除してから進めてください。" in page
    assert "前払いの注文：あり、かつ 入金済み：なし" in page


def test_a_clients_own_names_stand_wherever_it_reads_a_phase(owner: Client) -> None:
    with scope.client("acme"):
        order = factory.order(number="N-1")
    answer = owner.post("/definition/names", {"received-ja": "承りました", "received-en": "Accepted, thanks"})
    assert answer.status_code == 302
    for path in ("/orders", f"/orders/{order.pk}", "/", "/definition"):
        assert "承りました" in owner.get(path).content.decode(), path
    lead = login(Client(), staff("admin", serves=["acme"]))
    seen = lead.get("/clients/acme/orders").content.decode()
    assert "承りました" not in seen
    with scope.client("acme"):
        assert Order.objects.get().phase == "received"
        assert Event.objects.filter(name="labels.changed").count() == 1


def test_a_blank_name_is_the_usual_one_again(owner: Client) -> None:
    owner.post("/definition/names", {"shipped-ja": "旅立ち"})
    owner.post("/definition/names", {"shipped-ja": " "})
    with scope.client("acme"):
        assert PhaseLabel.objects.get(pk="shipped").ja == ""
    assert "旅立ち" not in owner.get("/definition").content.decode()


def test_too_long_a_name_is_refused_and_what_was_typed_stays(owner: Client) -> None:
    answer = owner.post("/definition/names", {"received-ja": "あ" * 21, "shipped-ja": "旅立ち"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "表示名は20文字以内で入れてください。" in page
    assert "旅立ち" in page
    with scope.client("acme"):
        assert not PhaseLabel.objects.exists()


def test_names_of_a_neighbour_are_not_seen(owner: Client) -> None:
    owner.post("/definition/names", {"received-ja": "承りました"})
    other = login(Client(), client_person("owner", "bravo"), "bravo")
    assert "承りました" not in other.get("/definition").content.decode()


def test_a_made_up_order_walks_and_leaves_nothing(owner: Client) -> None:
    steps = ["verify", "release", "pick", "pack", "ship", "deliver", "complete"]
    query = "&".join(f"step={step}" for step in steps)
    page = owner.get(f"/definition/trial?start=verify&{query}").content.decode()
    assert "この注文はここで終わり" not in page  # a return may still come
    for name in ("確認中", "受付", "出荷準備中", "出荷済", "納品完了", "完了"):
        assert name in page
    with scope.client("acme"):
        assert not Order.objects.exists()
        assert not Event.objects.exists()


def test_a_step_that_may_not_follow_ends_the_walk(owner: Client) -> None:
    page = owner.get("/definition/trial?start=prepaid&step=release&step=nonsense").content.decode()
    assert "入金待ち" in page
    assert "出荷準備中" not in page


def test_the_graph_reaches_every_phase_and_dead_ends_are_ends() -> None:
    reached = {edge.after for edge in graph()} | {phase_of(started(start)).code for start in STARTS}
    assert reached == set(BY_CODE)
    assert {code for code in BY_CODE if all(edge.before != code for edge in graph())} == {"cancelled"}
    assert [step.code for step in next_steps({**started("plain"), "open": 0, "allocated": 0})] == []


def test_boxes_of_a_diagram_do_not_cover_each_other_and_ways_run_on() -> None:
    drawn = diagrams.laid_out(["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "b"), ("b", "d"), ("a", "x")])
    places = {box.key: (box.x, box.y) for box in drawn.boxes}
    assert len(set(places.values())) == 4
    assert places["a"][0] < places["b"][0] == places["c"][0] < places["d"][0]
    assert {(way.before, way.after) for way in drawn.ways} == {("a", "b"), ("b", "c"), ("c", "b"), ("b", "d")}
    for one, other in pairwise(sorted(drawn.boxes, key=lambda box: (box.x, box.y))):
        assert one.x != other.x or other.y - one.y >= diagrams.HEIGHT


def test_the_walk_says_which_mails_a_real_order_would_send(owner: Client) -> None:
    steps = "step=release&step=pick&step=pack&step=ship"
    before = owner.get("/definition/trial?start=plain").content.decode()
    after = owner.get(f"/definition/trial?start=plain&{steps}").content.decode()
    assert before.count("購入者へ") == 1
    assert after.count("購入者へ") > before.count("購入者へ")
    assert "送らない" in after  # the client is not live yet
    with scope.client("acme"):
        assert not Notice.objects.exists()


def test_only_the_operator_reads_what_the_operator_is_told(owner: Client) -> None:
    lead = login(Client(), staff("admin", serves=["acme"]))
    assert "委託先へ" in lead.get("/clients/acme/definition").content.decode()
    assert "委託先へ" not in owner.get("/definition").content.decode()
