"""What S3 adds to the contract: its server's encryption, and signed forms and links for browsers."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from documents.ports import BadKey, DirectStore, StoreError, key_for
from documents.stores.local import LocalStore
from documents.stores.s3 import SMALLEST_PART, S3Store, connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PDF = "application/pdf"


@pytest.fixture
def key() -> str:
    return key_for("acme", uuid4())


@pytest.mark.parametrize("size", [10, SMALLEST_PART + 10])
def test_the_server_is_told_to_encrypt(s3: S3Store, s3_client: S3Client, bucket: str, key: str, size: int) -> None:
    s3.put(io.BytesIO(bytes(size)), key=key)

    assert s3_client.head_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "AES256"


def test_parts_of_a_broken_upload_are_dropped(s3: S3Store, s3_client: S3Client, bucket: str, key: str) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > SMALLEST_PART:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        s3.put(Broken(bytes(3 * SMALLEST_PART)), key=key)

    assert "Uploads" not in s3_client.list_multipart_uploads(Bucket=bucket)


def test_a_browser_sends_a_file_by_the_form(s3: S3Store, key: str) -> None:
    form = s3.upload_form(key, content_type=PDF, largest=1_000)

    answer = httpx.post(form.url, data=form.fields, files={"file": ("請求書.pdf", b"%PDF-1.7", PDF)})

    assert answer.status_code == 201
    with s3.open(key) as stream:
        assert stream.read() == b"%PDF-1.7"


def test_the_form_allows_that_key_type_size_and_time_only(s3: S3Store, bucket: str, key: str) -> None:
    form = s3.upload_form(key, content_type=PDF, largest=1_000, seconds=60)

    policy = json.loads(base64.b64decode(form.fields["policy"]))

    conditions = policy["conditions"]
    assert ["content-length-range", 1, 1_000] in conditions
    for exact in ({"key": key}, {"bucket": bucket}, {"Content-Type": PDF}, {"x-amz-server-side-encryption": "AES256"}):
        assert exact in conditions
    signed_at = form.fields["x-amz-date"]
    assert policy["expiration"] > f"{signed_at[:4]}-{signed_at[4:6]}-{signed_at[6:8]}"
    assert "x-amz-signature" in form.fields


@pytest.mark.parametrize("filename", ["請求書_2026年10月_𠮷野商事㈱.pdf", "invoice.pdf", 'quo"te\r\nX-Evil: 1.pdf'])
def test_a_link_saves_the_file_under_its_name(s3: S3Store, key: str, filename: str) -> None:
    s3.put(io.BytesIO(b"%PDF-1.7"), key=key)

    answer = httpx.get(s3.download_url(key, filename=filename, content_type=PDF))

    assert answer.content == b"%PDF-1.7"
    assert answer.headers["content-type"] == PDF
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename")
    assert disposition.isascii()
    assert "x-evil" not in answer.headers


def test_japanese_in_the_name_is_said_as_rfc_5987_asks(s3: S3Store, key: str) -> None:
    link = s3.download_url(key, filename="請求書.pdf", content_type=PDF, seconds=30)

    query = parse_qs(urlsplit(link).query)

    assert query["response-content-disposition"] == [
        "attachment; filename*=utf-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.pdf",
    ]
    assert query["X-Amz-Expires"] == ["30"]


def test_browsers_are_sent_to_the_public_address(s3_client: S3Client, bucket: str, key: str) -> None:
    public = connect(access_key="reader", secret_key="writer", endpoint_url="https://files.example.jp", region="auto")
    store = S3Store(s3_client, bucket=bucket, public=public)

    assert store.upload_form(key, content_type=PDF, largest=9).url.startswith("https://files.example.jp/")
    assert store.download_url(key, filename="a.pdf", content_type=PDF).startswith("https://files.example.jp/")


def test_only_a_store_with_signed_links_is_direct(s3: S3Store, local: LocalStore) -> None:
    assert isinstance(s3, DirectStore)
    assert not isinstance(local, DirectStore)


def test_links_are_made_for_keys_only(s3: S3Store) -> None:
    with pytest.raises(BadKey):
        s3.upload_form("../x", content_type=PDF, largest=9)
    with pytest.raises(BadKey):
        s3.download_url("../x", filename="x", content_type=PDF)


def test_parts_that_s3_refuses_are_refused_at_once(s3_client: S3Client, bucket: str) -> None:
    with pytest.raises(ValueError, match="5242880"):
        S3Store(s3_client, bucket=bucket, part=SMALLEST_PART - 1)


def test_a_store_that_cannot_be_used_is_no_missing_file(s3_client: S3Client, key: str) -> None:
    nowhere = connect(access_key="a", secret_key="b", endpoint_url="http://127.0.0.1:1", region="ap-northeast-1")

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1"):
        S3Store(nowhere, bucket="files").exists(key)
    with pytest.raises(StoreError, match="NoSuchBucket"):
        S3Store(s3_client, bucket="no-such-bucket").put(io.BytesIO(b"x"), key=key)
