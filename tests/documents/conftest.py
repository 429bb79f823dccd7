"""The places that files are kept in, real ones: a scratch folder, and an S3 server over HTTP; and who looks at them."""

from __future__ import annotations

import secrets
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer

from documents.stores.envelope import Keyring
from documents.stores.local import LocalStore
from documents.stores.s3 import SMALLEST_PART, S3Store, connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """Where an S3 answers, for the length of the run."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3_client(s3_address: str) -> S3Client:
    return connect(access_key="reader", secret_key="writer", endpoint_url=s3_address, region="ap-northeast-1")


@pytest.fixture
def bucket(s3_client: S3Client) -> str:
    """A bucket of the test's own."""
    name = f"files-{secrets.token_hex(6)}"
    s3_client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    return name


@pytest.fixture
def s3(s3_client: S3Client, bucket: str) -> S3Store:
    return S3Store(s3_client, bucket=bucket, part=SMALLEST_PART)


@pytest.fixture
def secret() -> str:
    return secrets.token_hex(32)


@pytest.fixture
def local(tmp_path: Path, secret: str) -> LocalStore:
    return LocalStore(tmp_path / "files", keyring=Keyring([secret]))


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD_TAKES = 1024 * 1024


class _Clamd(socketserver.StreamRequestHandler):
    """Speaks as clamd 1.4.6 does, recorded from one that knew a signature of the EICAR file."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if len(content) > CLAMD_TAKES:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Eicar-Own.UNOFFICIAL FOUND\0" if EICAR in content else b"stream: OK\0")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def clamd() -> Iterator[str]:
    """Where a virus scanner answers."""
    with _Server(("127.0.0.1", 0), _Clamd) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
