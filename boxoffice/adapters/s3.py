"""Files in a bucket of S3, or of a store that speaks its protocol.

A file is whole or not there by the protocol itself: an object gets its name when its last part has
arrived. Our calls never carry an ACL: a bucket with ACLs switched off, as new ones are, refuses
them, and in any other one they are how a file becomes public by mistake.

Access comes from where boto3 finds it (AWS_PROFILE, a role of the machine, AWS_ACCESS_KEY_ID); the
address from AWS_ENDPOINT_URL, where it is not Amazon's.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boxoffice.errors import BadFile, BadValue, Misconfigured, Unavailable
from boxoffice.exports.store import MANIFEST_MAX, manifest_beside, read_manifest

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)")
_PART_BYTES = 8 * 2**20  # S3 wants 5 MiB or more, but for the last one
_KEY_BYTES_MAX = 1_024 - len(".manifest.json")
_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 5, 30, 3
_GONE = {"404", "NoSuchKey", "NotFound"}
_NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"
_LATER = {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "503", "500"}


class S3Store:
    """One bucket. `is_public_ok`: it need not be closed to the public."""

    def __init__(self, bucket: str, *, is_public_ok: bool = False) -> None:
        try:
            import boto3  # noqa: PLC0415  (300 ms, and an extra)
            from botocore.config import Config  # noqa: PLC0415  (the same)
        except ImportError:
            raise Misconfigured(
                "s3:// needs the extra s3, which is not installed.",
                hint="pip install 'boxoffice[s3]'",
            ) from None
        self.bucket = bucket
        self._is_public_ok = is_public_ok
        with self._in_our_words(""):
            self._client = boto3.session.Session().client(
                "s3",
                config=Config(
                    signature_version="s3v4",  # the old one signs addresses that new regions refuse
                    connect_timeout=_CONNECT_SECONDS,
                    read_timeout=_READ_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                ),
            )

    @classmethod
    def of(cls, out: str, *, is_public_ok: bool = False) -> tuple["S3Store", Path]:
        """Return the store of `s3://bucket/key`, and the key.

        Raises:
            BadValue: it names no bucket or no key, or a key that a path would change.
            Misconfigured: the extra `s3` is not installed.
        """
        found = _ADDRESS.fullmatch(out)
        key = found[2] if found else ""
        is_path = bool(key) and str(Path(key)) == key and not key.startswith("/")
        if found is None or not is_path or ".." in key.split("/"):
            raise BadValue("--out", f"{out[:80]!r} is no file in a bucket.", hint="s3://bucket/key")
        if len(key.encode()) > _KEY_BYTES_MAX:
            raise BadValue("--out", f"has a key of more than {_KEY_BYTES_MAX} bytes.")
        return cls(found[1], is_public_ok=is_public_ok), Path(key)

    def told(self, out: Path) -> str:
        """Return the address of an object."""
        return f"s3://{self.bucket}/{out}"

    def keeps(self, out: Path) -> bool:
        """Say that every object can be read again."""
        del out
        return True

    @contextmanager
    def only_one(self, out: Path, told: str, *, wait_seconds: float = 0) -> Iterator[None]:
        """Look that the bucket is closed to the public. There is no lock: the last one wins whole.

        Raises:
            Misconfigured: it is not closed, or we may not ask.
        """
        del told, wait_seconds
        if not self._is_public_ok:
            self._must_be_closed(out)
        yield

    def publish(
        self,
        out: Path,
        parts: Iterable[bytes],
        *,
        before_naming: Callable[[], None] = lambda: None,
    ) -> int:
        """Send an object in parts; it gets its name when all have arrived."""
        key = {"Bucket": self.bucket, "Key": str(out)}
        digest, size = hashlib.sha256(), 0
        upload, sent = "", list[dict[str, Any]]()
        try:
            for chunk in _chunks(parts):
                digest.update(chunk)
                size += len(chunk)
                with self._in_our_words(str(out)):
                    upload = upload or self._client.create_multipart_upload(**key)["UploadId"]
                    number = len(sent) + 1
                    told = self._client.upload_part(
                        **key, UploadId=upload, PartNumber=number, Body=chunk
                    )
                sent.append({"ETag": told["ETag"], "PartNumber": number})
            before_naming()
            with self._in_our_words(str(out)):
                self._client.complete_multipart_upload(
                    **key, UploadId=upload, MultipartUpload={"Parts": sent}
                )
        except BaseException:
            if upload:  # its parts would be paid for, for ever
                with self._in_our_words(str(out)):
                    self._client.abort_multipart_upload(**key, UploadId=upload)
            raise
        return size

    def remove(self, out: Path) -> None:
        """Delete an object."""
        with self._in_our_words(str(out)):
            self._client.delete_object(Bucket=self.bucket, Key=str(out))

    def digest_of(self, out: Path) -> str | None:
        """Read an object, and return its digest."""
        body = self._body(out)
        if body is None:
            return None
        digest = hashlib.sha256()
        with self._in_our_words(str(out)):
            for part in body.iter_chunks(_PART_BYTES):
                digest.update(part)
        return digest.hexdigest()

    def manifest_of(self, out: Path) -> dict[str, Any] | None:
        """Read the manifest beside an object."""
        beside = manifest_beside(out)
        body = self._body(beside)
        if body is None:
            return None
        with self._in_our_words(str(beside)):
            return read_manifest(body.read(MANIFEST_MAX))

    def link(self, out: Path, *, seconds: int) -> str:
        """Sign an address for one object. Nobody is asked: the object may have gone meanwhile."""
        asked = {
            "Bucket": self.bucket,
            "Key": str(out),
            "ResponseContentDisposition": "attachment",  # no browser shows it as a page of ours
        }
        with self._in_our_words(str(out)):
            url: str = self._client.generate_presigned_url("get_object", asked, ExpiresIn=seconds)
        return url

    def _body(self, out: Path) -> Any:
        from botocore.exceptions import ClientError  # noqa: PLC0415  (an extra)

        with self._in_our_words(str(out)):
            try:
                return self._client.get_object(Bucket=self.bucket, Key=str(out))["Body"]
            except ClientError as error:
                if _code(error) in _GONE:
                    return None
                raise

    def _must_be_closed(self, out: Path) -> None:
        """Ask for the bucket's Block Public Access: all four switches keep strangers out."""
        from botocore.exceptions import ClientError  # noqa: PLC0415  (an extra)

        with self._in_our_words(str(out)):
            try:
                told = self._client.get_public_access_block(Bucket=self.bucket)
                switches = told["PublicAccessBlockConfiguration"]
            except ClientError as error:
                if _code(error) != _NO_BLOCK:
                    raise
                switches = {}
        if len(switches) < 4 or not all(switches.values()):  # noqa: PLR2004  (as many as there are)
            raise Misconfigured(
                f"the bucket {self.bucket} is not closed to the public.",
                hint="switch on all four of Block Public Access, or say --public-bucket-ok",
                code="store.public",
            )

    @contextmanager
    def _in_our_words(self, name: str) -> Iterator[None]:
        """Turn what boto3 raises into a refusal."""
        from botocore import exceptions  # noqa: PLC0415  (an extra)

        try:
            yield
        except exceptions.ClientError as error:
            code = _code(error)
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in _LATER or status >= 500 or status == 429:  # noqa: PLR2004  (their fault; too many)
                raise _silent(code) from error
            raise BadFile(
                f"s3://{self.bucket}/{name} cannot be used: {code}.",
                hint="check the bucket, and what your key may do there",
            ) from error
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise _silent(type(error).__name__) from error
        except exceptions.BotoCoreError as error:
            raise Misconfigured(
                f"S3 cannot be used: {error}.", hint="set AWS_PROFILE and AWS_REGION, or a key"
            ) from error


def _silent(why: str) -> Unavailable:
    hint = "the file before it was left alone; try again later"
    return Unavailable(f"S3 does not answer: {why}.", hint=hint, code="store.unavailable")


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _chunks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Gather parts into those that S3 takes; there is at least one, if an empty one."""
    held = bytearray()
    is_first = True
    for part in parts:
        held += part
        while len(held) >= _PART_BYTES:
            yield bytes(held[:_PART_BYTES])
            del held[:_PART_BYTES]
            is_first = False
    if held or is_first:
        yield bytes(held)
