"""Every operation of the description, held against what the machine really answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from openapi_schema_validator import OAS31Validator

from billing.models import Invoice, InvoiceLine
from core import scope
from core.rest import LARGEST
from documents import services as documents
from orders import registry
from orders.models import Intake, OrderException, RefusedRow
from orders.services import exceptions
from portal.api_reference import description
from tests.api.conftest import Program, an_order, program
from tests.conftest import OPERATOR
from tests.factories import orders as made
from tests.factories import projects
from tests.factories.people import host_of

OPERATIONS = [
    (path, method, operation)
    for path, methods in description()["paths"].items()
    for method, operation in methods.items()
]
IDS = [f"{method} {path}" for path, method, _operation in OPERATIONS]
every_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=IDS)
_months = itertools.count(1)


def invoice() -> Invoice:
    """An issued invoice with a line and its paper."""
    nth = next(_months)
    at = datetime(2026, 2, 1, tzinfo=UTC)
    made_one = Invoice.objects.create(
        state=Invoice.ISSUED,
        number=f"INV-202602-{nth:05}",
        period_start=date(2020 + nth // 12, nth % 12 + 1, 1),
        period_end=date(2026, 2, 1),
        due_on=date(2026, 2, 28),
        issued_on=date(2026, 2, 1),
        plan="標準",
        rounding="down",
        subtotal=1000,
        tax=100,
        total=1100,
        breakdown=[{"rate": 10, "base": 1000, "tax": 100}],
        drafted_at=at,
    )
    InvoiceLine.objects.create(
        invoice=made_one, position=1, charge_code="order", description="受注処理", quantity=10, amount=1000, tax_rate=10
    )
    paper = documents.file(
        kind="invoice",
        title="請求書",
        file_name="invoice.pdf",
        content=b"%PDF-1.7",
        content_type="application/pdf",
        invoice_id=made_one.pk,
        actor=OPERATOR,
        at=at,
    )
    made_one.document_id = paper.pk
    made_one.save()
    return made_one


def an_intake() -> Intake:
    """An arrival with a row that did not go in."""
    arrived = Intake.objects.create(channel=made.channel(), state=Intake.DONE, created_at=made.MORNING)
    RefusedRow.objects.create(intake=arrived, row=3, column="数量", value="x", code="broken_number", number="A-9")
    return arrived


def order_file() -> SimpleUploadedFile:
    """A file that has the head of the channel's form."""
    profile = registry.profile("nextengine")
    head = ",".join(
        sorted({name for source in [*profile.order.values(), *profile.line.values()] for name in _names(source)})
    )
    return SimpleUploadedFile("orders.csv", f"{head}\n".encode("cp932"), content_type="text/csv")


def _names(source: Any) -> Iterator[str]:
    for part in source.parts:
        yield part[0]


class Calls:
    """What has to be there for each operation, and how it is called rightly."""

    def __init__(self, who: Program) -> None:
        self.who = who

    def call(self, operation: str) -> Any:
        return getattr(self, operation)()

    def orders_list(self) -> Any:
        made.order()
        return self.who.get("orders")

    def orders_create(self) -> Any:
        made.channel()
        return self.who.place([an_order("C-1"), an_order("C-2", ship_postcode="")])

    def orders_bulk(self) -> Any:
        made.channel()
        body = b"\n".join(map(orjson.dumps, [an_order("B-1"), an_order("B-2", ship_postcode="")]))
        return self.who.post("orders/bulk", body, "application/x-ndjson", **{"Idempotency-Key": "b-1"})

    def orders_read(self) -> Any:
        pk = made.order().pk
        made.shipped(pk)
        return self.who.get(f"orders/{pk}")

    def orders_cancel(self) -> Any:
        return self.who.post(f"orders/{made.order().pk}/cancel", {"reason": "都合"})

    def orders_decide_exception(self) -> Any:
        key = made.order().pk
        exceptions.open_for([key], kind="shortage", actor=OPERATOR, at=made.MORNING)
        found = OrderException.objects.get(order=key)
        return self.who.post(f"orders/{key}/exceptions/{found.pk}/decide", {"choice": "ship_part"})

    def messages_list(self) -> Any:
        pk = made.order().pk
        self.who.post(f"orders/{pk}/messages", {"body": "いつ届きますか"}, **{"Idempotency-Key": "k-1"})
        return self.who.get(f"orders/{pk}/messages")

    def messages_create(self) -> Any:
        words = {"body": "いつ届きますか"}
        return self.who.post(f"orders/{made.order().pk}/messages", words, **{"Idempotency-Key": "k-1"})

    def postcodes_read(self) -> Any:
        return self.who.get("postcodes/498-0000")

    def uploads_create(self) -> Any:
        made.channel()
        return self.who.browser.post("/api/v1/uploads", {"file": order_file()}, headers=self.who.headers)

    def uploads_read(self) -> Any:
        return self.who.get(f"uploads/{an_intake().pk}")

    def uploads_refused(self) -> Any:
        return self.who.get(f"uploads/{an_intake().pk}/refused")

    def shipments_list(self) -> Any:
        made.released(made.order().pk)
        return self.who.get("shipments")

    def shipments_read(self) -> Any:
        (pk,) = made.shipped(made.order().pk)
        return self.who.get(f"shipments/{pk}")

    def projects_list(self) -> Any:
        projects.delivering()
        return self.who.get("projects", {"phase": "delivering"})

    def projects_read(self) -> Any:
        return self.who.get(f"projects/{projects.logged(projects.delivering()).project_id}")

    def invoices_list(self) -> Any:
        invoice()
        return self.who.get("invoices")

    def invoices_read(self) -> Any:
        return self.who.get(f"invoices/{invoice().pk}")

    def invoices_pdf(self) -> Any:
        answer = self.who.get(f"invoices/{invoice().pk}/pdf")
        assert b"".join(answer.streaming_content) == b"%PDF-1.7"
        answer.close()
        return answer


def check(operation: dict[str, Any], answer: Any) -> None:
    """The answer's status is one that the description has, and its body of the form that it says."""
    described = operation["responses"].get(str(answer.status_code))
    assert described, f"{answer.status_code} is not described: {answer.content[:200]!r}"
    media = described["content"].get("application/json")
    if media:
        _validator(media).validate(answer.json())
    lines = described["content"].get("application/x-ndjson")
    if lines:
        for line in b"".join(answer.streaming_content).splitlines():
            _validator(lines).validate(orjson.loads(line))


def _validator(media: dict[str, Any]) -> OAS31Validator:
    return OAS31Validator({**media["schema"], "components": description()["components"]})


def send(who: Program, method: str, path: str, **headers: str) -> Any:
    """The operation called with an id that there is not, and no body worth reading."""
    address = "/api/v1" + re.sub(r"\{\w+\}", "0", path)
    body = {"data": "{}", "content_type": "application/json"} if method == "post" else {}
    return getattr(who.browser, method)(address, headers={**who.headers, "Idempotency-Key": "k", **headers}, **body)


@every_operation
def test_what_is_called_rightly_is_answered_as_described(
    path: str, method: str, operation: dict[str, Any], acme_program: Program
) -> None:
    answer = Calls(acme_program).call(operation["operationId"])
    assert answer.status_code < 300, answer.content
    check(operation, answer)


@every_operation
def test_nobody_gets_in_without_a_token(
    path: str, method: str, operation: dict[str, Any], acme: str, error_of: Callable[..., dict[str, Any]]
) -> None:
    answer = send(Program(Client(HTTP_HOST=host_of("acme")), {}), method, path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert error_of(answer)["code"] == "not_authenticated"
    check(operation, answer)


@every_operation
def test_a_neighbours_token_is_none(
    path: str, method: str, operation: dict[str, Any], db: None, error_of: Callable[..., dict[str, Any]]
) -> None:
    answer = send(program("bravo", host="acme"), method, path)
    assert answer.status_code == 401
    assert error_of(answer)["code"] == "bad_token"
    check(operation, answer)


@every_operation
def test_a_token_without_the_scope_is_told_which_it_lacks(
    path: str, method: str, operation: dict[str, Any], acme: str, error_of: Callable[..., dict[str, Any]]
) -> None:
    other = next(key for key in ("shipments:read", "invoices:read") if key != operation["x-scope"])
    answer = send(program("acme", [other]), method, path)
    assert answer.status_code == 403
    error = error_of(answer)
    assert error["code"] == "missing_scope"
    assert operation["x-scope"] in error["message"]
    check(operation, answer)


@pytest.mark.parametrize(
    ("path", "method", "operation"), [case for case in OPERATIONS if "404" in case[2]["responses"]]
)
def test_what_is_not_there_or_a_neighbours_is_not_found(
    path: str, method: str, operation: dict[str, Any], acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    answer = send(acme_program, method, path)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"
    check(operation, answer)


@every_operation
def test_too_many_calls_are_told_to_wait(
    path: str, method: str, operation: dict[str, Any], acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    cache.clear()
    with override_settings(API_CALLS_PER_MINUTE=0):
        send(acme_program, method, path)
        answer = send(acme_program, method, path)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert error_of(answer)["code"] == "throttled"
    check(operation, answer)


@pytest.mark.parametrize(
    ("path", "method", "operation"), [case for case in OPERATIONS if "415" in case[2]["responses"]]
)
def test_what_is_sent_wrongly_is_refused_as_described(
    path: str, method: str, operation: dict[str, Any], acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    address = "/api/v1" + path.replace("{order_id}", str(made.order().pk)).replace("{exception_id}", "0")
    headers = {**acme_program.headers, "Idempotency-Key": "k"}

    def sent(data: str, content_type: str, **more: str) -> Any:
        return acme_program.browser.post(address, data, content_type=content_type, headers=headers, **more)  # type: ignore[arg-type]

    multipart = "multipart/form-data" in operation["requestBody"]["content"]
    broken = "multipart/form-data" if multipart else "application/json"
    large = str((1 << 30) if multipart else LARGEST + 1)
    for answer, status in (
        (sent("a", "text/plain"), 415),
        (sent("{", broken), 400),
        (sent("{}", broken, CONTENT_LENGTH=large), 413),
    ):
        assert answer.status_code == status
        assert error_of(answer)
        check(operation, answer)


def test_another_method_is_refused_in_the_one_shape(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    for method in ("put", "patch", "delete", "options"):
        answer = getattr(acme_program.browser, method)("/api/v1/orders", headers=acme_program.headers)
        assert answer.status_code == 405
        assert error_of(answer)["code"] == "method_not_allowed"
        assert "GET" in answer["Allow"]
    assert acme_program.browser.head("/api/v1/orders", headers=acme_program.headers).status_code == 200


def test_an_address_that_there_is_not_is_refused_in_the_one_shape(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    answer = acme_program.get("orderz")
    assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_a_neighbours_order_is_not_found(acme_program: Program) -> None:
    with scope.client("bravo"):
        theirs = made.order().pk
    answer = acme_program.get(f"orders/{theirs}")
    assert answer.status_code == 404
    assert acme_program.get("orders").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "make", "expected"),
    [
        ("orders", made.order, 2),
        ("shipments", lambda: made.released(made.order().pk), 2),
        ("projects", projects.begun, 2),
        ("invoices", invoice, 2),
    ],
)
def test_a_list_asks_the_same_of_the_database_at_one_row_and_at_three(
    path: str, make: Callable[[], Any], expected: int, acme_program: Program
) -> None:
    make()
    acme_program.get(path)
    assert _queries(acme_program, path) == expected
    make()
    make()
    assert _queries(acme_program, path) == expected
    assert len(acme_program.get(path).json()["data"]) == 3


def _queries(who: Program, path: str) -> int:
    """Statements of the call itself: the token's and the list's, without savepoints and scopes."""
    with CaptureQueriesContext(connection) as asked:
        who.get(path)
    return sum(query["sql"].lstrip().startswith(("SELECT", "WITH")) for query in asked.captured_queries)
