"""Production: no secret gets into the image, and only who needs it gets the owner's password."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from devdesk import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = [
    "deploy/desk.env",
    "deploy/owner.env",
    "desk.env",
    "owner.env",
    ".env",
    "service/.env",
    "workers/old.env",
    "var/owner.env",
    "var/desk.env",
    "var/secret_key",
    "var/vapid_key",
    "var/pg_owner",
    "var/log/postgres.log",
    "another-data-dir/pg_owner",
    "another-data-dir/files/ab/abc",
    "backup.dump",
    "service/operation/backup.dump",
    "deploy/tls.key",
    "static/tls.key",
    "service/cert.pem",
    ".git/config",
    "notes.txt",
    "tests/conftest.py",
]
NEEDED = ("tenants", "service", "workers", "migrations", "templates", "static")


def ignored(path: str) -> bool:
    """Whether Docker leaves this file out: the last pattern for it or a folder above it decides."""
    parts, out = path.split("/"), False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = _regex(line.removeprefix("!"))
            if any(
                pattern.fullmatch("/".join(parts[:count])) for count in range(1, len(parts) + 1)
            ):
                out = not line.startswith("!")
    return out


def _regex(pattern: str) -> re.Pattern[str]:
    translated = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    words = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    return re.compile("".join(translated.get(word, re.escape(word)) for word in words))


def image() -> list[Path]:
    """The files of this checkout that get into the image."""
    found = [ROOT / name for name in os.listdir(ROOT) if not ignored(name)]
    every = [path for top in found for path in (top.rglob("*") if top.is_dir() else [top])]
    return [path for path in every if path.is_file() and not ignored(str(path.relative_to(ROOT)))]


def test_no_secret_gets_into_the_image():
    assert [path for path in SECRET if not ignored(path)] == []


def test_what_the_image_takes_is_enough_to_run(tmp_path):
    for path in image():
        place = tmp_path / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    assert {entry.name for entry in tmp_path.iterdir() if entry.is_dir()} == set(NEEDED)
    code = (
        "from wsgi import app; import workers.process_supervisor, workers.prepare;"
        " print(app.name, [str(rule) for rule in app.url_map.iter_rules() if 'guide' in str(rule)],"
        " 'demo' in app.cli.commands, 'doctor' in app.cli.commands)"
    )
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout == "poruchi [] False True\n", done.stderr  # nothing of devdesk


def test_the_image_copies_nothing_past_the_list_and_holds_no_setting_that_is_secret():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith(("COPY", "ADD"))] == [
        "COPY requirements.txt ./",
        "COPY . .",
    ]
    assert not [
        line
        for line in lines
        if re.search(r"(ENV|ARG).*(PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL)", line)
    ]


def test_only_postgresql_and_prepare_are_given_the_owners_password():
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    assert {
        name
        for name, service in services.items()
        if "OWNER" in json.dumps(service).upper().replace("PORUCHI_OWNER", "")
    } == {"postgres", "prepare"}
    assert {service["env_file"] for service in services.values() if "env_file" in service} == {
        "desk.env"
    }
    examples = {path.name: path.read_text() for path in (ROOT / "deploy").glob("*.env.example")}
    assert re.findall(r"^(OWNER\w*)=", examples["owner.env.example"], re.M) == ["OWNER_PASSWORD"]
    assert not re.search(r"^OWNER", examples["desk.env.example"], re.M)


def test_postgresql_of_compose_logs_as_little_as_the_embedded_one():
    command = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"][
        "postgres"
    ]["command"]
    assert command == [
        "postgres",
        *(word for name, value in embedded.QUIET.items() for word in ("-c", f"{name}={value}")),
    ]
