"""The commands `boxoffice backup` and `boxoffice restore`."""

import shlex
from pathlib import Path

import typer

from boxoffice.backup.archive import KEY, read_key
from boxoffice.backup.make import keep_newest, make_backup, name_at, note_made, remember
from boxoffice.backup.restore import must_be_free, restore
from boxoffice.cli import show
from boxoffice.cli.opening import office_of, settings_of
from boxoffice.db import private_file
from boxoffice.doctor import examine
from boxoffice.errors import BadValue
from boxoffice.migrations.run import upgrade
from boxoffice.office import BoxOffice, opened


def make(
    ctx: typer.Context, to: Path | None, keep: int | None, *, with_key: bool, as_json: bool
) -> None:
    """Back the whole database up into one file.

    Raises:
        BadValue: `--keep` counts nothing.
        BadFile: the file cannot be written.
    """
    if keep is not None and keep < 1:
        raise BadValue("--keep", "is 1 or more.")
    with office_of(ctx) as office:
        now = office.now()
        out = to or office.settings.home / "backups"
        if to is None or to.is_dir():
            out /= name_at(now)
        key = _key_text(office) if with_key else None
        manifest = make_backup(office.database, office.actor, out, key=key, now=now)
        removed = keep_newest(out.absolute().parent, keep) if keep is not None else 0
        with office.writing() as session:
            note_made(session, office.actor, manifest, now=now)
        remember(office.settings.home, out.absolute(), now=now)
    rows = sum(manifest.counts.values())
    if as_json:
        told = {"file": str(out), "bytes": out.stat().st_size, "rows": rows}
        told |= {"sha256": manifest.sha256, "has_key": manifest.has_key, "removed": removed}
        show.as_json_line(told)
        return
    show.line(f"{out}: {rows} rows, {out.stat().st_size} bytes, read back and whole")
    if not manifest.has_key:
        show.talk("the secret key is not in it: keep a copy elsewhere (boxoffice config path key)")


def bring_back(ctx: typer.Context, file: Path, *, over: bool, yes: bool, as_json: bool) -> None:
    """Restore a backup.

    Raises:
        NotEmpty: something is there, and `--over` was not said.
        BadFile: it is no backup, or damaged.
    """
    with opened(settings_of(ctx)) as office:
        must_be_free(office.database, over=over)
        if over and not show.confirmed("Destroy what is in the database now?", yes=yes):
            raise typer.Abort
        done = restore(
            office.database,
            office.actor,
            file,
            upgrade=lambda: upgrade(office.settings.database_url),
            now=office.now(),
        )
        key = _bring_key(office, file) if done.manifest.has_key else "none"
        (checked,) = examine(office, only=["secret key"])
    rows = sum(done.manifest.counts.values())
    if as_json:
        told = {"made_at": done.manifest.made_at, "rows": rows, "asked": done.asked, "key": key}
        show.as_json_line(told | {"key_fits": checked.is_ok})
    else:
        show.line(f"restored: {rows} rows as they were at {done.manifest.made_at}")
    if done.asked:
        show.talk(f"{done.asked} mails waited then, and may have left since.")
        show.talk("hint: boxoffice job list --state failed, then boxoffice job retry ID")
    if key == "another":
        show.talk("another secret key lies here already: it was left as it is.")
    if not checked.is_ok:
        show.talk(f"the tickets need the key they were made with: {checked.says}.")
        path = office.key_path
        show.talk(
            f"hint: unzip -p {shlex.quote(str(file))} {KEY} > {shlex.quote(str(path))}"
            if done.manifest.has_key
            else f"hint: put your copy of it at {path}, mode 600"
        )


def _key_text(office: BoxOffice) -> str:
    given = office.settings.get("secret_key")
    return given or office.key_path.read_text(encoding="ascii")


def _bring_key(office: BoxOffice, file: Path) -> str:
    """Put the key of a backup in its place; one that is there is left alone."""
    key = read_key(file)
    given = office.settings.get("secret_key")
    if given is None and not office.key_path.exists():
        private_file(office.key_path)
        office.key_path.write_text(key, encoding="ascii")
        return "restored"
    return "the same" if _key_text(office).strip() == key.strip() else "another"
