"""Renews the vendored files from their npm packages and writes their hashes: `python static/vendor/renew.py`.

Only the files named in `list.toml` are taken, at the versions named there; change a version there first.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / "list.toml"


def main() -> None:
    """Fetch each package through npm, take its files, write the list again with their hashes."""
    listed = tomllib.loads(LIST.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for package in listed["package"]:
            done = subprocess.run(["npm", "pack", "--silent", f"{package['name']}@{package['version']}"], cwd=folder,
                                  capture_output=True, text=True, check=True)
            with tarfile.open(Path(folder) / done.stdout.strip()) as archive:
                for file in package["file"]:
                    member = archive.extractfile(f"package/{file['source']}")
                    assert member is not None  # extractfile gives None for folders only
                    (HERE / file["path"]).write_bytes(member.read())
    write(listed)


def write(listed: dict[str, list[dict[str, object]]]) -> None:
    """The list as TOML, with the hash of each file as it lies here."""
    lines = ["# What stands in this folder, from where, under which licence. `renew.py` makes it anew; a test holds it.\n"]
    for package in listed["package"]:
        lines += ["\n[[package]]\n", *(f'{key} = "{package[key]}"\n' for key in ("name", "version", "licence"))]
        for file in package["file"]:  # type: ignore[attr-defined]
            digest = hashlib.sha256((HERE / file["path"]).read_bytes()).hexdigest()
            lines += ["\n[[package.file]]\n", f'path = "{file["path"]}"\nsource = "{file["source"]}"\nsha256 = "{digest}"\n']
    LIST.write_text("".join(lines))


if __name__ == "__main__":
    main()
