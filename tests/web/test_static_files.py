"""Static files: small, kept for long where their address says what they hold, and nobody's."""

from __future__ import annotations

import gzip

import brotli
import pytest

from service.app import ROOT
from service.web.static_files import lean, lean_script

PATH = "/static/css/components.css"
PLAIN = lean((ROOT / "static" / "css" / "components.css").read_text()).encode()


@pytest.mark.parametrize(
    ("coding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)]
)
def test_a_file_is_packed_as_the_browser_takes_it(client, coding, unpack):
    answer = client.get(PATH, headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Encoding"] == coding and unpack(answer.data) == PLAIN
    assert len(answer.data) < len(PLAIN) / 3 and "Accept-Encoding" in answer.headers["Vary"]


def test_who_takes_nothing_packed_gets_it_plain(client):
    answer = client.get(PATH, headers={"Accept-Encoding": "identity"})
    assert answer.data == PLAIN and "Content-Encoding" not in answer.headers


def test_a_file_that_is_known_is_not_sent_again(client):
    first = client.get(PATH, headers={"Accept-Encoding": "br"})
    again = client.get(
        PATH, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_what_has_its_hash_in_the_address_is_kept_for_a_year(client):
    assert "immutable" in client.get(f"{PATH}?v=1").headers["Cache-Control"]
    assert "immutable" not in client.get(PATH).headers["Cache-Control"]


def test_a_file_varies_by_nobody_and_the_page_still_guards_itself(client):
    answer = client.get(PATH)
    assert "Cookie" not in answer.headers["Vary"] and "Set-Cookie" not in answer.headers
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff"
        and "Content-Security-Policy" not in answer.headers
    )
    assert (
        "Content-Security-Policy" in client.get("/login").headers
        and "Content-Security-Policy" in client.get("/static/nothing.css").headers
    )


def test_a_file_is_the_same_for_who_is_signed_in(world, client):
    world.sign_in(client, world.client())
    answer = client.get(PATH)
    assert "Cookie" not in answer.headers["Vary"] and "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in client.get("/account").headers


def test_pages_are_packed_and_answers_to_programs_are_not(client):
    assert (
        client.get("/login", headers={"Accept-Encoding": "br"}).headers["Content-Encoding"] == "br"
    )
    assert (
        "Content-Encoding"
        not in client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "br"}).headers
    )


@pytest.mark.parametrize(
    ("css", "comes"),
    [
        (
            "/* why */\n.a > b, .c :hover {\n  margin: 0 auto; /* so */\n\n  color: red;\n}\n",
            ".a > b,.c :hover{margin:0 auto;color:red}",
        ),
        (
            "@media (width > 1rem) and (hover: none) {\n  a {\n    b: c\n  }\n}\n",
            "@media (width > 1rem) and (hover:none){a{b:c}}",
        ),
        (
            "a {\n  width: calc(1px + (2px * 3));\n  --b: light-dark(#fff, #000);\n}",
            "a{width:calc(1px + (2px * 3));--b:light-dark(#fff,#000)}",
        ),
        (
            "a {\n  content: \"; /* } */ , : \\\" 'x\" / ', ';\n}",
            "a{content:\"; /* } */ , : \\\" 'x\" / ', '}",
        ),
        (
            "a {\n  b: url('data:x, \\\ny: z') no-repeat\n    1px;\n}",
            "a{b:url('data:x, y: z') no-repeat 1px}",
        ),
        ("a /* and */ b /* or */ {}", "a b{}"),
    ],
)
def test_a_style_sheet_goes_out_without_its_layout(css, comes):
    assert lean(css) == comes


def test_a_script_goes_out_without_its_layout_and_keeps_its_lines(client):
    script = "// Why.\nconst a = `x // y`; // so\n\n  // and\n  if (a)\n    b(`  c`);\n"
    assert lean_script(script) == "\nconst a = `x // y`; // so\n\n\nif (a)\nb(`  c`);\n"
    source = (ROOT / "static" / "js" / "keys.js").read_text()
    sent = client.get("/static/js/keys.js", headers={"Accept-Encoding": "identity"}).data.decode()
    assert sent == lean_script(source) and sent.count("\n") == source.count("\n")
    vendor = "vendor/htmx.min.js"
    assert (
        client.get(f"/static/{vendor}", headers={"Accept-Encoding": "identity"}).data
        == (ROOT / "static" / vendor).read_bytes()
    )
