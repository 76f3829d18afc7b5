"""`python -m deploy`: render, ship, bucket."""

import argparse
import json
import signal
import sys
from pathlib import Path

from deploy.errors import DeployError
from deploy.render import task_definition
from deploy.stack import Stack, read_stack

_FAILED, _TERMINATED = 1, 143
_STACK = Path(__file__).with_name("stack.toml")


def main(words: list[str] | None = None) -> int:
    """Run one command and return its exit code. Answers go to stdout, talk to stderr."""
    given = _parser().parse_args(words)
    # A job that is cancelled must still send everybody back to the old version.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        _run(read_stack(given.stack), given)
    except DeployError as error:
        _say(f"error: {error}")
        return _FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("--stack", type=Path, default=_STACK, help="the file of the stack")
    verbs = parser.add_subparsers(dest="verb", required=True)
    render = verbs.add_parser("render", help="print the task definitions as JSON, one a line")
    render.add_argument("image")
    ship = verbs.add_parser("ship", help="bring a version in use, or leave the one before")
    ship.add_argument("image", help="with its digest: REPOSITORY@sha256:…")
    bucket = verbs.add_parser("bucket", help="make the bucket of exports, closed to the public")
    bucket.add_argument("name")
    return parser


def _run(stack: Stack, given: argparse.Namespace) -> None:
    if given.verb == "render":
        for part in stack.parts:
            sys.stdout.write(json.dumps(task_definition(stack, part, given.image)) + "\n")
        return
    if given.verb == "bucket":
        from deploy.bucket import make_bucket  # noqa: PLC0415  (rendering needs no boto3)

        make_bucket(given.name, stack.region)
        return
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (the same)

    from deploy.cloud import Cloud  # noqa: PLC0415  (the same)
    from deploy.ship import ship  # noqa: PLC0415  (the same)

    try:
        ship(Cloud(stack), given.image, _say)
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"AWS did not do as asked: {error}") from error


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
