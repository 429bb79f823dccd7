"""Make database, roles, extension and bucket on services of one's own (DATABASE_SUPERUSER_URL, S3_BUCKET)."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from portal import bootstrap, env
from portal.commands import say
from portal.processes import CannotStart


def configure(_parser: ArgumentParser) -> None:
    """No options: the URLs hold passwords and come from the environment."""


def run(_arguments: Namespace) -> int:
    """Make what is missing; harmless to repeat."""
    superuser, settings = os.environ.get("DATABASE_SUPERUSER_URL", ""), env.read()
    if not superuser or not settings.database_url:
        raise CannotStart("Set DATABASE_URL (the portal's login) and DATABASE_SUPERUSER_URL (a superuser's) first.")
    bootstrap.bootstrap(superuser, settings.database_url)
    say("The database, its roles and its extension stand. Next: python manage.py upgrade")
    if settings.s3_bucket:
        ensure_bucket(settings)
        say(f"The bucket {settings.s3_bucket} stands.")
    return 0


def ensure_bucket(settings: env.Environment) -> None:
    """Make the bucket where it is missing; CannotStart where the server refuses or is away."""
    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint_url or None,
        aws_access_key_id=settings.s3_access_key.get_secret_value(),
        aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
        region_name=settings.s3_region,
    )
    # The one region that is not to be named is the one where S3 began.
    region = settings.s3_region
    where: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    try:
        names = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
        if settings.s3_bucket not in names:
            client.create_bucket(Bucket=settings.s3_bucket, **where)
    except (BotoCoreError, ClientError) as error:
        raise CannotStart(f"The bucket {settings.s3_bucket} cannot be made: {error}") from error
