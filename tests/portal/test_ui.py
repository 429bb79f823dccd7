from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails
from pytest_django import Settings

from core import clock
from portal.look import icons

Render = Callable[..., str]
NOW = datetime(2026, 11, 21, 5, 5, tzinfo=UTC)  # a Saturday, 14:05 in Tokyo


@pytest.fixture(autouse=True)
def _now(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(NOW)
    with translation.override("ja"):
        yield


@pytest.fixture
def render() -> Render:
    """The text of a template with these values, at an address given as `address`."""

    def render(text: str, *, address: str = "/orders/", **values: object) -> str:
        context = Context({"request": RequestFactory().get(address), "csrf_token": "token", **values})
        return re.sub(r"\s+", " ", Template(text).render(context)).strip()

    return render


def words(html: str) -> str:
    """What a reader sees of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.mark.parametrize(
    "text",
    [
        '{% status "受付" colour="red" %}',
        '{% stat "件数" 1 size="big" %}',
        '{% card heading="受注" %}{% endcard %}',
        '{% th "番号" sortable=True %}',
        '{% table "一覧" striped=True %}{% endtable %}',
        '{% submit "送る" class="btn" %}',
        "{% progress 1 2 %}",
    ],
)
def test_an_attribute_that_a_component_does_not_know_fails_when_the_template_is_compiled(text: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        Template(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{% status "受付" tone="green" %}', "waiting"),
        ('{% card tone="blue" %}{% endcard %}', "trouble"),
        ('{% icon "no-such-icon" %}', "bin/add_icons"),
        ('{% alert "danger" %}…{% endalert %}', "attention"),
        ('{% th "番号" width="huge" %}', "fill"),
        ('{% chip "青葉" hue=13 %}', "12"),
    ],
)
def test_a_word_from_outside_the_closed_set_fails_and_names_the_set(render: Render, text: str, named: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=named):
        render(text)


HOSTILE = '<script>alert("x")</script>'


@pytest.mark.parametrize(
    "text",
    [
        "{% status hostile %}",
        "{% stat hostile hostile note=hostile url=hostile %}",
        "{% card title=hostile hint=hostile link_url=hostile link_label=hostile %}{{ hostile }}{% endcard %}",
        "{% page_head hostile subtitle=hostile back_url=hostile back_label=hostile %}{{ hostile }}{% endpage_head %}",
        "{% fact hostile %}{{ hostile }}{% endfact %}",
        "{% event now hostile actor=hostile %}{{ hostile }}{% endevent %}",
        "{% empty_state hostile hint=hostile action_url=hostile action_label=hostile %}",
        "{% chip hostile url=hostile remove_url=hostile %}",
        "{% person hostile %}{% copy hostile %}{% kbd hostile %}{% why hostile hostile %}",
        "{% table hostile id=hostile %}{% endtable %}{% th hostile sort=hostile hint=hostile %}",
        "{% td_select hostile label=hostile %}{% bulk_action hostile url=hostile idle=hostile confirm=hostile %}",
        "{% tab hostile hostile %}{% filter_bar query=hostile placeholder=hostile %}{% endfilter_bar %}",
        "{% submit hostile busy=hostile name=hostile value=hostile %}{% opens hostile hostile %}",
        "{% confirm hostile hostile url=hostile submit=hostile %}{{ hostile }}{% endconfirm %}",
        "{% progress 1 2 label=hostile note=hostile poll_url=hostile %}{% meter 1 2 hostile note=hostile %}",
        "{% menu hostile %}{{ hostile }}{% endmenu %}{% alert 'info' title=hostile %}{{ hostile }}{% endalert %}",
        "{{ hostile|sama }}{{ hostile|onchu }}",
    ],
)
def test_what_people_typed_stays_text(render: Render, text: str) -> None:
    html = render(text, hostile=HOSTILE, now=NOW)

    assert "<script" not in html
    assert "&lt;script&gt;" in html or "%3Cscript%3E" in html


@pytest.mark.parametrize(
    "text",
    ['{% status "受付" %}', "{% due now %}", "{% progress 40 100 label='取込中' %}", "{% share parts label='内訳' %}"],
)
def test_components_carry_no_inline_style_or_handler(render: Render, text: str) -> None:
    html = render(text, now=NOW, parts=[{"label": "受付", "value": 3}])

    assert not re.search(r"\s(style|on\w+)=", html)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234567"), "¥1,234,567"),
        (0, "¥0"),
        (Decimal("-500"), "−¥500"),
        (Decimal("12.50"), "¥12.5"),
        (None, "–"),
    ],
)
def test_money_in_yen(render: Render, amount: Decimal | int | None, shown: str) -> None:
    assert words(render("{{ amount|money }}", amount=amount)) == shown


def test_money_in_another_currency_keeps_its_cents(render: Render) -> None:
    assert words(render('{{ amount|money:"USD" }}', amount=Decimal("1234.5"))) == "$1,234.50"


def test_money_refuses_a_float(render: Render) -> None:
    with pytest.raises(TypeError, match="never a float"):
        render("{{ amount|money }}", amount=0.1)


@pytest.mark.parametrize(
    ("text", "japanese", "english"),
    [
        ("{{ now|day }}", "11/21(土)", "Nov 21 (Sat)"),
        ("{{ last_year|day }}", "2025/11/21(金)", "Nov 21, 2025 (Fri)"),
        ("{{ midnight|day }}", "11/22(日)", "Nov 22 (Sun)"),
        ("{{ now|moment }}", "11/21(土) 14:05", "Nov 21 (Sat) 14:05"),
        ("{{ now|clock }}", "14:05", "14:05"),
        ("{{ three_minutes_ago|ago }}", "3分前", "3m ago"),
        ("{{ five_days_ago|ago }}", "5日前", "5d ago"),
        ("{{ soon|ago }}", "1時間後", "in 1h"),
        ("{{ now|ago }}", "たった今", "just now"),
        ("{{ last_year|ago }}", "2025/11/21(金)", "Nov 21, 2025 (Fri)"),
        ("{{ month|span }}", "11/1(日)〜11/30(月)", "Nov 1 (Sun) – Nov 30 (Mon)"),
        ("{{ one_day|span }}", "11/21(土)", "Nov 21 (Sat)"),
        ("{{ 80|duration }}", "1時間20分", "1h 20m"),
        ("{{ 0|duration }}", "0分", "0m"),
        ("{{ long|duration }}", "3日4時間", "3d 4h"),
        ("{{ 12345|count }}", "12,345", "12,345"),
        ("{{ ratio|percent }}", "98.5%", "98.5%"),
        ("{{ nearly|percent }}", "99.9%", "99.9%"),
        ("{{ nothing|day }}{{ nothing|count }}{{ nothing|percent }}{{ nothing|ago }}", "––––", "––––"),
        ("{{ 1258291|file_size }}", "1.2MB", "1.2MB"),
        ("{{ name|sama }}", "山田 花子 様", "山田 花子"),
        ("{{ name|onchu }}", "山田 花子 御中", "山田 花子"),
    ],
)
def test_figures_and_times_in_both_languages(render: Render, text: str, japanese: str, english: str) -> None:
    values = {
        "now": NOW,
        "last_year": datetime(2025, 11, 21, 5, 5, tzinfo=UTC),
        "midnight": datetime(2026, 11, 21, 15, 0, tzinfo=UTC),
        "three_minutes_ago": NOW - timedelta(minutes=3, seconds=40),
        "five_days_ago": NOW - timedelta(days=5, hours=3),
        "soon": NOW + timedelta(minutes=80),
        "month": (datetime(2026, 10, 31, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)),
        "one_day": (date(2026, 11, 21), date(2026, 11, 22)),
        "long": timedelta(days=3, hours=4, minutes=59),
        "ratio": 0.985,
        "nearly": 0.99999,
        "nothing": None,
        "name": "山田 花子",
    }
    assert words(render(text, **values)) == japanese
    with translation.override("en"):
        assert words(render(text, **values)) == english


@pytest.mark.parametrize(
    ("text", "japanese", "english", "tone"),
    [
        ("{% due soon %}", "あと 1時間20分", "1h 20m left", "waiting"),
        ("{% due soon warn_at=now %}", "あと 1時間20分", "1h 20m left", "attention"),
        ("{% due seconds %}", "あと 1分", "1m left", "waiting"),
        ("{% due now %}", "1分 遅れ", "1m late", "trouble"),
        ("{% due late %}", "35分 遅れ", "35m late", "trouble"),
        ("{% due far %}", "12/3(木) まで", "by Dec 3 (Thu)", "waiting"),
        ("{% due late done_at=now %}", "35分 遅れて完了", "done 35m late", "trouble"),
    ],
)
def test_a_deadline_says_how_much_is_left_and_how_urgent_it_is(
    render: Render, text: str, japanese: str, english: str, tone: str
) -> None:
    values = {
        "now": NOW,
        "soon": NOW + timedelta(minutes=80),
        "seconds": NOW + timedelta(seconds=20),
        "late": NOW - timedelta(minutes=35),
        "far": NOW + timedelta(days=12),
    }
    html = render(text, **values)

    assert re.search(r'badge-word">([^<]+)<', html).group(1) == japanese  # type: ignore[union-attr]
    assert f"tone-{tone}" in html
    with translation.override("en"):
        assert english in render(text, **values)


def test_a_deadline_names_its_exact_time_and_ticks_while_it_is_open(render: Render) -> None:
    soon = NOW + timedelta(minutes=80)

    assert 'title="期限 11/21(土) 15:25"' in render("{% due soon %}", soon=soon)
    assert f'data-due="{soon.isoformat()}"' in render("{% due soon %}", soon=soon)
    assert "data-due" not in render("{% due soon paused=True %}", soon=soon)
    assert "停止中" in render("{% due soon paused=True %}", soon=soon)
    assert "期限内" in render("{% due soon done_at=now %}", soon=soon, now=NOW)
    assert words(render("{% due none %}", none=None)) == "期限なし"


@pytest.mark.parametrize(
    ("address", "link", "sorted_as"),
    [
        ("/orders/?q=山田&after=abc", "?q=%E5%B1%B1%E7%94%B0&amp;sort=placed", "none"),
        ("/orders/?sort=placed", "?sort=-placed", "ascending"),
        ("/orders/?sort=-placed&before=abc", "?sort=placed", "descending"),
    ],
)
def test_a_head_sorts_the_other_way_keeps_the_filter_and_starts_at_the_first_page(
    render: Render, address: str, link: str, sorted_as: str
) -> None:
    html = render('{% th "受注日時" sort="placed" %}', address=address)

    assert f'href="{link}"' in html
    assert f'aria-sort="{sorted_as}"' in html


def test_a_head_that_does_not_sort_is_plain(render: Render) -> None:
    html = render('{% th "金額" numeric=True %}')

    assert "<a" not in html
    assert "aria-sort" not in html
    assert "num" in html


def test_the_pager_changes_the_cursor_and_nothing_else(render: Render) -> None:
    html = render("{% pager after='N' shown=100 total=2013 %}", address="/orders/?phase=held&before=X")

    assert 'href="?phase=held&amp;after=N"' in html
    assert 'rel="prev"' not in html
    assert "2,013件のうち 100件を表示" in words(html)


def test_the_pager_of_all_there_is_says_only_how_many(render: Render) -> None:
    assert words(render("{% pager shown=3 total=3 %}")).strip() == "全3件"


def test_a_column_may_give_way_first(render: Render) -> None:
    assert "is-spare" in render('{% th "チャネル" spare=True %}')
    assert "is-spare" not in render('{% th "チャネル" extra=True %}')


def test_a_row_is_selected_by_its_key_and_named_for_a_screen_reader(render: Render) -> None:
    html = render('{% td_select 42 label="NE-1" %}')

    assert 'name="selected" value="42"' in html
    assert 'aria-label="NE-1 を選択"' in html


def test_bulk_actions_are_buttons_of_the_form_with_words_for_both_cases(render: Render) -> None:
    html = render('{% bulk_action "{n}件を出荷指示する" url="/release" idle="選んだ受注を出荷指示する" key="e" %}')

    assert 'formaction="/release"' in html
    assert 'data-words="{n}件を出荷指示する"' in html
    assert words(html) == "選んだ受注を出荷指示するe"


class Form(forms.Form):
    company = forms.CharField(label="会社名", help_text="登記の名称")
    plan = forms.ChoiceField(label="プラン", choices=[("a", "従量")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意する")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_keeps_what_was_typed_and_says_beside_it_what_is_wrong(render: Render) -> None:
    class Short(forms.Form):
        company = forms.CharField(label="会社名", max_length=3, help_text="登記の名称")

    html = render("{% field form.company %}", form=Short({"company": "<株>青葉"}))

    assert 'value="&lt;株&gt;青葉"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_company_error id_company_hint"' in html
    assert 'id="id_company_error"' in html
    assert 'id="id_company_hint"' in html


def test_a_field_without_fault_is_described_by_its_hint_alone(render: Render) -> None:
    html = render("{% field form.company %}", form=Form())

    assert 'aria-describedby="id_company_hint"' in html
    assert "aria-invalid" not in html


@pytest.mark.parametrize(("optional", "marked"), [(True, True), (False, False)])
def test_required_fields_are_marked_only_where_others_may_stay_empty(
    render: Render, optional: bool, marked: bool
) -> None:
    class Pair(forms.Form):
        name = forms.CharField(label="氏名", widget=forms.TextInput(attrs={"placeholder": "氏名"}))
        note = forms.CharField(label="備考", required=not optional)

    html = render("{% field form.name %}", form=Pair())

    assert ("必須" in html) is marked
    assert "placeholder" not in html


def test_choices_are_a_named_group_and_a_hidden_field_is_only_itself(render: Render) -> None:
    group = render("{% field form.plan %}", form=Form())

    assert 'role="group"' in group
    assert re.search(r'aria-labelledby="(\w+)".* id="\1"', group)
    assert render("{% field form.secret %}", form=Form()) == '<input type="hidden" name="secret" id="id_secret">'


def test_the_summary_leads_to_each_field_and_is_silent_when_all_is_well(render: Render) -> None:
    html = render("{% form_errors form %}", form=Form({}))

    assert "3か所を直してください" in words(html)
    for name in ("company", "agreed"):
        assert f'href="#id_{name}"' in html
    assert render("{% form_errors form %}", form=Form({"company": "a", "plan": "a", "agreed": "on"})) == ""


def test_progress_asks_again_only_while_it_runs(render: Render) -> None:
    running = render('{% progress 40 100 label="取込中" poll_url="/run" %}')
    finished = render('{% progress 100 100 label="取込済み" tone="done" %}')
    unknown = render('{% progress 0 none label="準備中" %}', none=None)

    assert 'hx-get="/run" hx-trigger="every 1s" hx-swap="outerHTML"' in running
    assert 'aria-valuenow="40"' in running
    assert 'aria-valuemax="100"' in running
    assert "hx-" not in finished
    assert "aria-valuenow" not in unknown


CHART = {
    "kind": "stacked",
    "categories": ["9月", "10月"],
    "series": [
        {"name": "保管", "values": [Decimal("64000"), None]},
        {"name": "出荷", "values": [1200, 3], "tone": "done"},
    ],
    "unit": "¥",
    "category": "月",
}


def test_a_chart_carries_the_same_figures_for_the_script_and_for_the_reader(render: Render) -> None:
    html = render('{% chart "cost" "費用は何で増えたか" data %}', data=CHART)

    config = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html).group(1))  # type: ignore[union-attr]
    assert config["series"][0]["values"] == [64000.0, None]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', html)
    assert [(month, words(cells)) for month, cells in rows] == [("9月", "¥64,000¥1,200"), ("10月", "–¥3")]


def test_a_chart_refuses_a_series_that_does_not_fit_its_categories(render: Render) -> None:
    uneven = {**CHART, "series": [{"name": "保管", "values": [1]}]}

    with pytest.raises(ValueError, match="1 values for 2 categories"):
        render('{% chart "cost" "費用" data %}', data=uneven)


def test_the_parts_of_a_share_fill_the_bar_without_gap(render: Render) -> None:
    html = render(
        '{% share parts label="内訳" %}',
        parts=[{"label": "a", "value": 1}, {"label": "b", "value": 0}, {"label": "c", "value": 3}],
    )

    drawn = [(int(x), int(w)) for x, w in re.findall(r'<rect [^>]*x="(\d+)"[^>]*width="(\d+)"', html)]
    assert drawn == [(0, 250), (250, 750)]


def test_a_link_into_the_panel_still_leads_to_the_page(render: Render) -> None:
    html = render('<a {% panel_link "/orders/1" %}>NE-1</a>')

    assert 'href="/orders/1"' in html
    assert 'hx-target="#panel-body"' in html


@pytest.mark.parametrize(
    ("headers", "parent"),
    [
        ({}, "base.html"),
        ({"HX-Request": "true", "HX-Target": "div#panel-body"}, "layouts/fragment.html"),
        ({"HX-Request": "true", "HX-Target": "div#rows"}, "base.html"),
    ],
)
def test_a_page_wears_the_frame_unless_the_panel_asked(headers: dict[str, str], parent: str) -> None:
    request = RequestFactory().get("/orders/1", headers=headers)

    assert Template("{{ htmx|layout }}").render(Context({"htmx": HtmxDetails(request)})) == parent


@pytest.mark.parametrize(
    ("tags", "undo"),
    [
        ("undo=/orders/holds/3/undo", "/orders/holds/3/undo"),
        ("undo=//elsewhere.example/x", ""),
        ("undo=https://elsewhere.example/x", ""),
        ("quiet", ""),
        ("", ""),
    ],
)
def test_a_message_is_undone_on_this_host_only(render: Render, tags: str, undo: str) -> None:
    message = Message(25, "12件を保留にしました", extra_tags=tags)

    assert render("{% undo_url message %}", message=message) == undo
    assert render("{% message_tone message %}", message=message) == "done"


def test_icons_are_drawn_from_the_sprite_and_read_aloud_only_with_a_label(render: Render) -> None:
    assert 'aria-hidden="true"' in render('{% icon "truck" %}')
    assert 'role="img" aria-label="出荷"' in render('{% icon "truck" label="出荷" %}')


def test_every_icon_that_templates_and_code_name_is_in_the_sprite() -> None:
    root = settings.BASE_DIR
    templates = [*root.glob("*/templates/**/*.html")]
    named = {name for path in templates for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    named |= {name for path in templates for name in re.findall(r'\bicon="([\w-]+)"', path.read_text())}

    assert named
    assert named <= icons.names()
