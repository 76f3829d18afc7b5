"""The bucket of exports is one that our own exports accept, and nobody else can look into."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxoffice.adapters.s3 import S3Store
from boxoffice.errors import BadFile
from deploy.bucket import make_bucket
from tests.services.fargate import REGION, a_client, an_aws


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with an_aws():
        yield


@pytest.mark.parametrize("region", [REGION, "sa-east-1"])
@pytest.mark.usefixtures("aws")
def test_a_bucket_is_private_encrypted_and_tidy_however_often_it_is_made(region: str) -> None:
    name = f"noite-{region}"

    make_bucket(name, region)
    make_bucket(name, region)

    s3 = a_client("s3")
    blocked = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert len(blocked) == 4
    owner = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (tidy,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert tidy["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.usefixtures("aws")
def test_our_exports_find_the_bucket_closed_and_write_over_tls_alone() -> None:
    make_bucket("noite-open", REGION)
    store = S3Store("noite-open")

    with store.only_one(Path("a.csv"), ""), pytest.raises(BadFile, match="403"):
        store.publish(Path("a.csv"), [b"x"])  # the test's AWS speaks no TLS
    a_client("s3").delete_bucket_policy(Bucket="noite-open")
    with store.only_one(Path("a.csv"), ""):
        store.publish(Path("a.csv"), [b"x"])

    assert store.digest_of(Path("a.csv")) is not None
