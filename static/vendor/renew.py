"""Renews the vendored files from their npm packages and writes their hashes: `python
static/vendor/renew.py`.

Only the files named in `list.toml` are taken, at the versions named there; change a version there
first. Letters are trimmed to what the pages use: every glyph stays, hints for coarse screens and
features that no style asks for go, which takes a third of a family's weight.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

HERE = Path(__file__).parent
LIST = HERE / "list.toml"
FEATURES = ["kern", "liga", "lnum", "tnum", "mark", "ccmp", "locl"]


def main() -> None:
    """Fetch each package through npm, take its files, write the list again with their hashes."""
    listed = tomllib.loads(LIST.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for package in listed["package"]:
            done = subprocess.run(
                ["npm", "pack", "--silent", f"{package['name']}@{package['version']}"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
            with tarfile.open(Path(folder) / done.stdout.strip()) as archive:
                for file in package["file"]:
                    _take(archive, file)
    write(listed)


def _take(archive: tarfile.TarFile, file: dict[str, str]) -> None:
    member = archive.extractfile(f"package/{file['source']}")
    assert member is not None  # extractfile gives None for folders only
    data = member.read()
    file["source_sha256"] = hashlib.sha256(data).hexdigest()
    (HERE / file["path"]).write_bytes(trimmed(data) if file["path"].endswith(".woff2") else data)


def trimmed(data: bytes) -> bytes:
    """The same letters as WOFF2 without hints and unused features; the same input gives the same
    bytes."""
    options = Options(
        flavor="woff2",
        hinting=False,
        layout_features=FEATURES,
        recalc_timestamp=False,
        name_IDs=["*"],
    )
    font = load_font(BytesIO(data), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap().keys())
    subsetter.subset(font)
    out = BytesIO()
    save_font(font, out, options)
    return out.getvalue()


def write(listed: dict[str, list[dict[str, object]]]) -> None:
    """The list as TOML, with the hash of each file as it lies here and as it came."""
    lines = [
        "# What stands in this folder, from where, under which licence. `renew.py` makes it anew; a"
        " test holds it.\n"
    ]
    for package in listed["package"]:
        lines += [
            "\n[[package]]\n",
            *(f'{key} = "{package[key]}"\n' for key in ("name", "version", "licence")),
        ]
        for file in package["file"]:  # type: ignore[attr-defined]
            file["sha256"] = hashlib.sha256((HERE / file["path"]).read_bytes()).hexdigest()
            lines += [
                "\n[[package.file]]\n",
                *(
                    f'{key} = "{file[key]}"\n'
                    for key in ("path", "source", "source_sha256", "sha256")
                ),
            ]
    LIST.write_text("".join(lines))


if __name__ == "__main__":
    main()
