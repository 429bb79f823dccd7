from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bin/messages.py, at work on a small project: one package with one module and one template."""
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "bin" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "messages_tool", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text('_("受付")\n')
    (tmp_path / "shop" / "templates" / "a.html").write_text('{% translate "出荷" %}')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text('_("試験")\n')
    return module


def catalogue(tmp_path: Path, **translations: str) -> polib.POFile:
    file = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    found = polib.POFile()
    found.extend(polib.POEntry(msgid=source, msgstr=target) for source, target in translations.items())
    found.save(str(file))
    return polib.pofile(str(file))


def test_python_strings_are_found_with_context_and_plural(messages: ModuleType) -> None:
    source = """
    _("受付")
    gettext_lazy("長い" "文")
    translation.ngettext("%(n)s件", "%(n)s 件", n)
    pgettext("month", "月")
    _(f"{variable}")
    other("無関係")
    """
    found = list(messages.in_python("\n".join(part.strip() for part in source.splitlines())))

    assert sorted(found, key=lambda message: message.singular) == [
        (None, "%(n)s件", "%(n)s 件"),
        (None, "受付", None),
        ("month", "月", None),
        (None, "長い文", None),
    ]


def test_template_strings_are_found_wherever_they_stand(messages: ModuleType) -> None:
    source = (
        '{% load i18n %}{% translate "50% オフ" %}{% th _("受注") sort=_("並び") %}{{ _("値")|upper }}'
        '{% translate "月" context "month" %}'
        "{% blocktranslate count n=n %}{{ n }}件{% plural %}{{ n }}件ずつ{% endblocktranslate %}"
    )

    assert set(messages.in_template(source)) == {
        (None, "50%% オフ", None),
        (None, "受注", None),
        (None, "並び", None),
        (None, "値", None),
        ("month", "月", None),
        (None, "%(n)s件", "%(n)s件ずつ"),
    }


def test_collecting_keeps_translations_adds_new_strings_and_drops_gone_ones(
    messages: ModuleType, tmp_path: Path
) -> None:
    messages.collect(catalogue(tmp_path, 受付="Received", 昔="Long ago"))

    (again,) = messages.catalogues()
    assert {entry.msgid: entry.msgstr for entry in again} == {"受付": "Received", "出荷": ""}
    assert again.find("出荷").occurrences == [("shop/templates/a.html", "")]


def test_every_fault_of_a_catalogue_is_named(messages: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "shop" / "more.py").write_text('_("%(n)s件を出荷")\n')
    found = messages.faults(catalogue(tmp_path, 受付="", 昔="Long ago", **{"%(n)s件を出荷": "shipped"}))

    assert found == [
        "no longer used: '昔'",
        "shop/__init__.py: not translated: '受付'",
        "shop/more.py: placeholders differ: '%(n)s件を出荷'",
        "shop/templates/a.html: not in the catalogue: '出荷'",
    ]


def test_a_complete_catalogue_has_no_fault(messages: ModuleType, tmp_path: Path) -> None:
    assert messages.faults(catalogue(tmp_path, 受付="Received", 出荷="Shipped")) == []
