"""A store takes the same memory for a file of any size. Measured in a process of its own, which holds nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from documents.ports import key_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MIB = 1024 * 1024

MEASURE = """
import sys, tracemalloc
from pathlib import Path
from documents.stores.envelope import Keyring
from documents.stores.local import LocalStore
from documents.stores.s3 import S3Store, connect

kind, place, key, size = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
if kind == "local":
    store = LocalStore(Path(place), keyring=Keyring(["0" * 64]))
else:
    client = connect(access_key="a", secret_key="b", endpoint_url=place, region="ap-northeast-1")
    store = S3Store(client, bucket="memory", part=5 * 1024 * 1024)


class Zeros:
    left = size

    def read(self, most, /):
        piece = bytes(min(most, self.left))
        self.left -= len(piece)
        return piece


store.exists(key)  # what a first call loads for good is no part of the measure
tracemalloc.start()
assert store.put(Zeros(), key=key).size == size
with store.open(key) as stream:
    while stream.read(65536):
        pass
print(tracemalloc.get_traced_memory()[1])
"""


def peak(kind: str, place: str, size: int) -> int:
    """The most bytes held at once while a file of that size is put and read back."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, kind, place, key_for("acme", uuid4()), str(size)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_the_disk_takes_little_memory(tmp_path: Path) -> None:
    assert peak("local", str(tmp_path), 48 * MIB) < MIB


def test_s3_takes_a_few_parts_of_memory(s3_client: S3Client, s3_address: str) -> None:
    s3_client.create_bucket(Bucket="memory", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})

    assert peak("s3", s3_address, 48 * MIB) < 5 * 5 * MIB
