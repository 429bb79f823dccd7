"""What a deployment has to be told, and what Django says of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.environment import ROOT

COMPLETE = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "q7Jm2vXc9LbT4wZs8RkY1nHd6PfG3aUeQ5xVoCiMtBjWlNrKyE0uSgA",
    "ENCRYPTION_KEY": "k3ZpV8sQmW1xTnB6rYcF9dJh4LgA7uEo",
    "DATABASE_URL": "postgresql://portal:secret@db/portal",
    "BROKER_URL": "redis://broker/0",
    "MAIL_URL": "smtp+tls://user:secret@mail.example.jp:587",
    "MAIL_FROM": "portal@example.jp",
    "BASE_DOMAIN": "portal.example.jp",
    "TRUSTED_PROXY_COUNT": "1",
    "METRICS_TOKEN": "not-a-secret",
}


def checked(tmp_path: object, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` of a production deployment, with these variables changed; "" takes one away."""
    own = {**COMPLETE, "PORTAL_VAR": str(tmp_path), **changes}
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        env={**inherited, **{name: value for name, value in own.items() if value}},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_django_has_nothing_to_say_about_a_complete_deployment(tmp_path: object) -> None:
    said = checked(tmp_path)
    assert (said.returncode, said.stdout) == (0, "System check identified no issues (0 silenced).\n"), said.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must have at least 50 characters"),
        ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://db/portal"}, "DATABASE_URL"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"BASE_DOMAIN": "https://portal.example.jp"}, "BASE_DOMAIN"),
        ({"TRUSTED_PROXY_COUNT": "-1"}, "TRUSTED_PROXY_COUNT"),
        ({"PORT": "x"}, "PORT"),
        ({"CLAMAV_URL": "http://clamav"}, "CLAMAV_URL"),
        ({"PORTAL_MOVED_CLOCK": "/tmp/clock"}, "PORTAL_MOVED_CLOCK"),
    ],
)
def test_nonsense_ends_the_start_with_the_name_of_the_variable(
    tmp_path: object, changes: dict[str, str], words: str
) -> None:
    said = checked(tmp_path, **changes)
    assert said.returncode != 0
    assert words in said.stderr
    assert "Traceback" not in said.stderr
