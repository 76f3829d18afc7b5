"""A store that speaks the protocol of S3, on a real socket."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "noite-exports"
_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@contextmanager
def an_s3() -> Iterator[dict[str, str]]:
    """Yield the environment of a server on a free port, with a bucket that is closed."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "a-key",
            "AWS_SECRET_ACCESS_KEY": "a-secret",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with patch.dict(os.environ, environment):
            client = a_client()
            client.create_bucket(Bucket=BUCKET)
            close(client)
            yield environment
    finally:
        server.stop()


def a_client() -> Any:
    """Return a client of the server, as anybody has it."""
    return boto3.session.Session().client("s3")


def close(client: Any, **switches: bool) -> None:
    """Close the bucket to the public, but for the switches that are named."""
    client.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=_CLOSED | switches)


def objects(client: Any) -> dict[str, bytes]:
    """Return what lies in the bucket."""
    found = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {
        one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found
    }
