"""`make docs`: build the site into build/site, offline; a warning is an error."""

import subprocess
import sys
from pathlib import Path

from tests.site.pages import ROOT, gather


def main() -> int:
    """Gather the pages and have zensical build them."""
    gather(ROOT / "build" / "pages")
    return build(ROOT)


def build(folder: Path) -> int:
    """Have zensical build what `zensical.toml` in `folder` names; return its exit code."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603  (locked tool)


if __name__ == "__main__":
    sys.exit(main())
