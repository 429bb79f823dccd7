"""Files in a bucket of any S3, encrypted by its server; browsers reach them by signed links that expire."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.http import content_disposition_header

from documents.ports import KeyTaken, Missing, Readable, Stored, StoreError, StoreFull, UploadForm, split_key
from documents.stores.streams import Measured, Seekable, pieces

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART = 8 * 1024 * 1024  # 10,000 parts, S3's most, then make 78 GiB
SMALLEST_PART = 5 * 1024 * 1024  # what S3 demands of all parts but the last
READ_BUFFER = 64 * 1024
UPLOAD_SECONDS = 10 * 60
DOWNLOAD_SECONDS = 60

_MISSING = {"NoSuchKey", "NotFound", "404"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412"}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "507"}

Encryption = Literal["AES256", "aws:kms", ""]


class S3Store:
    """A `DirectStore` in one bucket, which exists already and lets nobody in without a signature."""

    def __init__(
        self,
        client: S3Client,
        *,
        bucket: str,
        public: S3Client | None = None,
        encryption: Encryption = "AES256",
        part: int = PART,
    ) -> None:
        """public: a client for the address that browsers use, where it differs. encryption: "" leaves it to the bucket.

        part: bytes sent at a time, SMALLEST_PART at least; a `put` holds about three of them in memory.
        """
        if part < SMALLEST_PART:
            raise ValueError(f"S3 takes no parts under {SMALLEST_PART} bytes.")
        self._client = client
        self._bucket = bucket
        self._public = public or client
        self._sealed: dict[str, Any] = {"ServerSideEncryption": encryption} if encryption else {}
        self._part = part

    def put(self, stream: Readable, *, key: str) -> Stored:
        split_key(key)
        if self.exists(key):
            raise KeyTaken(key)
        measured = Measured(stream)
        parts = pieces(measured, self._part)
        first, last = next(parts)
        with _translated(key):
            if last:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=first, IfNoneMatch="*", **self._sealed)
            else:
                self._put_parts(key, first, parts)
        return measured.stored

    def open(self, key: str) -> BinaryIO:
        split_key(key)
        with _translated(key):
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        opened = _Opened(self._client, self._bucket, key, size=head["ContentLength"], etag=head["ETag"])
        return io.BufferedReader(opened, buffer_size=READ_BUFFER)

    def delete(self, key: str) -> None:
        split_key(key)
        with _translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def exists(self, key: str) -> bool:
        split_key(key)
        try:
            with _translated(key):
                self._client.head_object(Bucket=self._bucket, Key=key)
        except Missing:
            return False
        return True

    def upload_form(self, key: str, *, content_type: str, largest: int, seconds: int = UPLOAD_SECONDS) -> UploadForm:
        split_key(key)
        fields = {"Content-Type": content_type, "success_action_status": "201"}
        if self._sealed:
            fields["x-amz-server-side-encryption"] = self._sealed["ServerSideEncryption"]
        signed = self._public.generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=[["content-length-range", 1, largest], *({name: value} for name, value in fields.items())],
            ExpiresIn=seconds,
        )
        return UploadForm(url=signed["url"], fields=signed["fields"])

    def download_url(self, key: str, *, filename: str, content_type: str, seconds: int = DOWNLOAD_SECONDS) -> str:
        split_key(key)
        params = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": content_disposition_header(as_attachment=True, filename=filename),
            "ResponseCacheControl": "private, no-store",
        }
        return self._public.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)

    def _put_parts(self, key: str, first: bytes, rest: Iterator[tuple[bytes, bool]]) -> None:
        """Send a large file in parts; what was sent is dropped again where anything fails."""
        at: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        upload = self._client.create_multipart_upload(**at, **self._sealed)["UploadId"]
        try:
            parts = [self._put_part(at, upload, 1, first)]
            parts.extend(self._put_part(at, upload, number, piece) for number, (piece, _) in enumerate(rest, 2))
            self._client.complete_multipart_upload(
                **at, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except BaseException:
            with contextlib.suppress(BotoCoreError, ClientError):  # the first error is the one to tell
                self._client.abort_multipart_upload(**at, UploadId=upload)
            raise

    def _put_part(self, at: dict[str, Any], upload: str, number: int, piece: bytes) -> CompletedPartTypeDef:
        sent = self._client.upload_part(**at, UploadId=upload, PartNumber=number, Body=piece)
        return {"PartNumber": number, "ETag": sent["ETag"]}


class _Opened(Seekable):
    """An object's content; one request runs from where reading began, a jump starts another."""

    def __init__(self, client: S3Client, bucket: str, key: str, *, size: int, etag: str) -> None:
        super().__init__(size)
        self._client = client
        self._bucket = bucket
        self._key = key
        self._etag = etag
        self._body: StreamingBody | None = None
        self._body_position = 0

    def _read_at(self, position: int, most: int) -> bytes:
        with _translated(self._key):
            body = self._body_from(position)
            piece = body.read(most)
        if not piece:
            raise StoreError(f"{self._key} broke off at byte {position} of {self.size}.")
        self._body_position += len(piece)
        return piece

    def _body_from(self, position: int) -> StreamingBody:
        if self._body is None or self._body_position != position:
            self._drop_body()
            answer = self._client.get_object(
                Bucket=self._bucket, Key=self._key, Range=f"bytes={position}-", IfMatch=self._etag
            )
            self._body = answer["Body"]
            self._body_position = position
        return self._body

    def _drop_body(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None

    def close(self) -> None:
        self._drop_body()
        super().close()


def connect(*, access_key: str, secret_key: str, endpoint_url: str | None = None, region: str) -> S3Client:
    """A client of that S3 (of AWS's without an endpoint) that retries what may be retried and never waits for long."""
    config = Config(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "max_attempts": 4},
        s3={"addressing_style": "path" if endpoint_url else "virtual"},
    )
    return boto3.session.Session().client(
        "s3",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        endpoint_url=endpoint_url,
        region_name=region,
        config=config,
    )


@contextlib.contextmanager
def _translated(key: str) -> Iterator[None]:
    """S3's errors in our words; those of the stream that is being put pass through."""
    try:
        yield
    except ClientError as error:
        raise _in_our_words(error, key) from error
    except BotoCoreError as error:
        raise StoreError(f"{key}: {error}") from error


def _in_our_words(error: ClientError, key: str) -> StoreError:
    code = error.response.get("Error", {}).get("Code", "")
    for codes, kind in ((_MISSING, Missing), (_TAKEN, KeyTaken), (_FULL, StoreFull)):
        if code in codes:
            return kind(key)
    return StoreError(f"{key}: {error}")
