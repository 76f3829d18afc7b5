"""The bucket of exports: closed to the public, encrypted, over TLS alone, and tidy."""

import json
from typing import Any

import boto3

_UNFINISHED_DAYS = 1  # a run that was killed leaves parts, which are paid for
_OLD_DAYS = 30


def make_bucket(name: str, region: str) -> None:
    """Make a bucket, or bring one that is ours to what it must be. Safe to repeat."""
    client = boto3.session.Session(region_name=region).client("s3")
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        client.create_bucket(
            Bucket=name,
            ObjectOwnership="BucketOwnerEnforced",  # access lists are switched off
            **({} if region == "us-east-1" else where),
        )
    except client.exceptions.BucketAlreadyOwnedByYou:
        _enforce_owner(client, name)
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=_tidy())
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(_over_tls(name)))


def _enforce_owner(client: Any, name: str) -> None:
    client.put_bucket_ownership_controls(
        Bucket=name,
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    )


def _tidy() -> dict[str, Any]:
    return {
        "Rules": [
            {
                "ID": "tidy",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UNFINISHED_DAYS},
                "NoncurrentVersionExpiration": {"NoncurrentDays": _OLD_DAYS},
            }
        ]
    }


def _over_tls(name: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OverTlsAlone",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
