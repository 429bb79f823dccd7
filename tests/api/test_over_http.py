"""Programs and shops as they really call: over HTTP, with a server and a worker, by the examples of the handbook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings

from core import clock, scope
from integrations.models import HookDelivery
from integrations.services import hooks
from orders.models import Order
from tenants import services
from tenants.roles import TOKEN_SCOPES
from tests import databases, environment, running
from tests.api.conftest import an_order
from tests.conftest import OPERATOR
from tests.factories.orders import channel
from tests.running import until

pytestmark = pytest.mark.services

BROKER_DATABASE = environment.SHARE + 3
HANDBOOK = Path(settings.BASE_DIR) / "docs" / "integrator.md"


class Site(NamedTuple):
    """The portal as it serves acme, with what its program and its shops know."""

    port: int
    token: str
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def site(django_db_blocker: Any) -> Iterator[Site]:
    database = f"{environment.DATABASE}_http"
    with django_db_blocker.unblock(), databases.committing(database):
        now = datetime(2026, 1, 5, tzinfo=UTC)
        services.create_client(code="acme", name="アクメ商事株式会社", actor=OPERATOR, at=now)
        at = clock.now()
        with scope.client("acme"):
            channel("shop")
            _token, token = services.create_token(
                name="基幹", scopes=list(TOKEN_SCOPES), expires_at=at + timedelta(days=1), actor=OPERATOR, at=at
            )
            secrets = {
                code: hooks.make_secret(
                    channel(code, profile=code), given=f"{code}-secret-of-a-test", actor=OPERATOR, at=at
                )
                for code in ("shopify", "eccube")
            }
        with running.site(database, messages=BROKER_DATABASE) as port:
            yield Site(port, token, secrets)


def ndjson(*orders: dict[str, object]) -> bytes:
    return b"".join(json.dumps(order).encode() + b"\n" for order in orders)


def sent(site: Site, body: bytes, key: str) -> HTTPConnection:
    """A connection on which the orders were sent."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=120)
    headers = {
        "Host": f"acme.{settings.BASE_DOMAIN}",
        "Authorization": f"Bearer {site.token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": key,
    }
    connection.request("POST", "/api/v1/orders/bulk?channel=shop", body, headers)
    return connection


def answered(connection: HTTPConnection) -> tuple[int, list[Any]]:
    answer = connection.getresponse()
    lines = [json.loads(line) for line in answer.read().splitlines()]
    connection.close()
    return answer.status, lines


def test_an_answer_that_nobody_reads_on_leaves_whole_batches_and_is_known_again(site: Site) -> None:
    body = ndjson(*(an_order(f"H-{nth}", note="x" * 200) for nth in range(3000)))
    connection = sent(site, body, "h-1")
    answer = connection.getresponse()
    first = json.loads(answer.readline())
    assert (first["row"], first["result"]) == (1, "created")
    answer.close()
    connection.close()
    status, lines = answered(sent(site, body, "h-1"))
    *rows, last = lines
    assert status == 200
    assert [row["row"] for row in rows] == list(range(1, 3001))
    assert {row["result"] for row in rows} <= {"created", "known"}
    assert rows[0]["result"] == "known"
    assert last["summary"]["rows"] == 3000
    with scope.client("acme"):
        numbers = Order.objects.filter(number__startswith="H-")
        assert numbers.count() == 3000


def test_one_too_many_leaves_nothing(site: Site) -> None:
    status, (said,) = answered(sent(site, ndjson(*(an_order(f"M-{nth}") for nth in range(10_001))), "m-1"))
    assert (status, said["error"]["code"]) == (422, "too_many")
    with scope.client("acme"):
        assert not Order.objects.filter(number__startswith="M-").exists()


def examples(title: str) -> str:
    """The shell examples of a chapter of the handbook."""
    chapter = HANDBOOK.read_text().split(f"{title}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    found = re.findall(r"^```sh\n(.*?)^```", chapter, re.DOTALL | re.MULTILINE)
    assert found
    return "\n".join(found)


def run(site: Site, script: str, secret: str, where: Path) -> str:
    """What the script says, where acme's portal is the one that runs here."""
    here = script.replace("https://acme.example.jp", f"http://127.0.0.1:{site.port}")
    strict = f'set -eu\ncurl() {{ command curl -sS --fail-with-body -H "Host: acme.{settings.BASE_DOMAIN}" "$@"; }}\n'
    if not shutil.which("uuidgen"):
        strict += "uuidgen() { cat /proc/sys/kernel/random/uuid; }\n"
    environ = {"PATH": "/usr/bin:/bin", "TOKEN": site.token, "SECRET": secret}
    done = subprocess.run(
        ["bash", "-c", strict + here], cwd=where, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_handbooks_example_of_many_orders(site: Site, tmp_path: Path) -> None:
    said = run(site, examples("## 9. まとめて登録する"), "", tmp_path)
    first, second, last = [json.loads(line) for line in said.splitlines()]
    assert (first["number"], first["result"]) == ("B-1", "created")
    assert [error["code"] for error in second["errors"]] == ["missing"]
    assert last == {"summary": {"rows": 2, "created": 1, "known": 0, "refused": 1}}


@pytest.mark.parametrize(
    ("title", "code", "number"), [("### Shopify", "shopify", "#1001"), ("### EC-CUBE 4", "eccube", "E-12")]
)
def test_the_handbooks_example_of_a_shop(title: str, code: str, number: str, site: Site, tmp_path: Path) -> None:
    said = run(site, examples(title), site.secrets[code], tmp_path)
    assert json.loads(said) == {"result": "kept"}

    def outcome() -> list[str]:
        with scope.client("acme"):
            read = HookDelivery.objects.exclude(state=HookDelivery.WAITING).filter(number=number)
            return list(read.values_list("result", flat=True))

    assert until(outcome, seconds=60, what="the message is read") == ["created"]
    with scope.client("acme"):
        assert Order.objects.get(number=number).channel.code == code
