from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bin/setup.py, at work in a directory of its own."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "bin" / "setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "set_up", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "LOG", tmp_path / "var" / "log" / "setup.log")
    (tmp_path / ".venv" / "stamps").mkdir(parents=True)
    return module


class Work:
    """A piece of work that leaves a file, and can be made to break off half-way."""

    def __init__(self, product: Path) -> None:
        self.product = product
        self.times = 0
        self.breaks = False

    def __call__(self) -> None:
        self.times += 1
        self.product.write_text("half")
        if self.breaks:
            raise OSError("No space left on device")
        self.product.write_text("whole")


def test_a_step_is_done_once_for_the_same_inputs(setup: ModuleType, tmp_path: Path) -> None:
    work, inputs = Work(tmp_path / "product"), ["one"]
    step = setup.Step("a step", lambda: inputs, work.product, work)

    for expected in (1, 1):
        step.ensure()
        assert work.times == expected
    inputs.append("two")
    step.ensure()
    assert work.times == 2
    work.product.unlink()
    step.ensure()
    assert work.times == 3


def test_a_step_that_broke_off_is_done_again(setup: ModuleType, tmp_path: Path) -> None:
    work = Work(tmp_path / "product")
    step = setup.Step("a step", lambda: ["same"], work.product, work)
    step.ensure()
    work.product.unlink()
    work.breaks = True
    with pytest.raises(OSError, match="No space left"):
        step.ensure()
    work.breaks = False
    step.ensure()

    assert work.product.read_text() == "whole"
    assert work.times == 3


def test_inputs_are_told_apart_however_they_are_cut(setup: ModuleType, tmp_path: Path) -> None:
    keys = {
        setup.Step("a step", lambda parts=parts: parts, tmp_path, lambda: None).key()
        for parts in (["ab", "c"], ["a", "bc"], ["abc"], [b"abc", b""])
    }

    assert len(keys) == 4


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        ("The virtual environment was not created successfully because ensurepip is not\navailable.", "apt install"),
        ("Temporary failure in name resolution", "cannot be reached"),
        ("npm error getaddrinfo EAI_AGAIN", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one the lock names"),
        ("npm error code EINTEGRITY", "not the one the lock names"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "belongs to another user"),
    ],
)
def test_what_a_tool_says_becomes_what_to_do(setup: ModuleType, said: str, remedy: str) -> None:
    assert remedy in setup.explain("pip", said)
    assert said.splitlines()[-1] in setup.explain("pip", said)


def test_a_failing_tool_is_quoted_and_logged(setup: ModuleType) -> None:
    with pytest.raises(setup.Trouble, match=r"sh failed.*\n.*something new"):
        setup.run(["/bin/sh", "-c", "echo something new; exit 3"])

    assert "something new" in setup.LOG.read_text()


def test_served_text_loses_pointers_to_what_is_not_served(setup: ModuleType, tmp_path: Path) -> None:
    css = "@font-face{src: url(./f/a.woff2) format('woff2'), url(./f/a.woff) format('woff');}\n"
    (tmp_path / "a.css").write_text(f"{css}/*# sourceMappingURL=a.css.map */")
    (tmp_path / "a.js").write_text("run();\n//# sourceMappingURL=a.js.map\n")
    (tmp_path / "fonts").mkdir()
    for name in ("a.woff", "a.woff2"):
        (tmp_path / "fonts" / name).write_bytes(b"font")

    for name in ("a.css", "a.js", "fonts"):
        setup.copy(tmp_path / name, tmp_path / "served" / name)

    assert (tmp_path / "served" / "a.css").read_text() == "@font-face{src: url(./f/a.woff2) format('woff2');}"
    assert (tmp_path / "served" / "a.js").read_text() == "run();\n"
    assert [file.name for file in (tmp_path / "served" / "fonts").iterdir()] == ["a.woff2"]


def test_an_old_python_is_refused_with_what_to_install(tmp_path: Path) -> None:
    for name in ("python3", "python3.11"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    tools = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    result = subprocess.run(
        ["/bin/sh", ROOT / "bin" / "setup"], env={**os.environ, **tools}, capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr


def test_the_locks_name_no_registry() -> None:
    for lock in ("package-lock.json", "requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text()
        assert '"resolved"' not in text
        assert "index-url" not in text
        assert "find-links" not in text
