"""A mail's look: the same words as its plain text, on a sheet, with the first of our links as a button. No picture, nothing fetched."""

from __future__ import annotations

import re
from html import escape

from service.config import settings

STYLE = (
    "body{margin:0;padding:24px 16px;background:#f6f2ea;color:#201c17;font:16px/1.55 -apple-system,'Segoe UI',Roboto,Arial,sans-serif}"
    ".sheet{max-width:560px;margin:0 auto;padding:28px 32px;background:#fffdf8;border:1px solid #e0d8ca;border-radius:12px}"
    ".name{margin:0 0 4px;font:500 20px/1 Georgia,serif}h1{margin:20px 0 12px;font:500 26px/1.2 Georgia,serif}"
    "p{margin:0 0 12px;overflow-wrap:anywhere}"
    ".term{width:96px;height:4px;background:#d2cabb;border-radius:2px;font-size:0}.term b{display:inline-block;height:4px;vertical-align:top}"
    ".gone{width:34px;background:#201c17}.rest{width:13px}.red{width:3px;background:#d42b20}a{color:#2540b4}"
    ".btn{display:inline-block;margin:8px 0;padding:12px 20px;border-radius:8px;background:#2540b4;color:#fff;font-weight:600;text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{background:#161412;color:#f2ede4}.sheet{background:#1f1c19;border-color:#38332d}a{color:#a6b4ff}"
    ".term{background:#57503f}.gone{background:#f2ede4}.red{background:#ff6a58}.btn{background:#9babff;color:#10142b}}"
    "@media(max-width:480px){.sheet{padding:22px 18px}.btn{display:block;text-align:center}}")
OPEN = {"en": "Open", "ru": "Открыть"}


def html_of(subject: str, text: str) -> str:
    """The page of a mail. Links are made of addresses of this desk alone, whatever somebody wrote into a name or a task."""
    ours = [word.rstrip(".,") for word in text.split() if word.startswith(settings().url + "/")]
    language = _language(re.sub(r"https?://\S+", "", text))
    paragraphs = "".join(_paragraph(part, ours) for part in re.split(r"\n{2,}", text.strip()) if part.strip() not in ours[:1])
    button = f'<p><a class="btn" href="{escape(ours[0])}">{OPEN[language]}</a></p>' if ours else ""
    return (f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<meta name="color-scheme" content="light dark"><title>{escape(subject)}</title><style>{STYLE}</style></head><body><div class="sheet">'
            '<p class="name">Poruchi</p><div class="term"><b class="gone"></b><b class="rest"></b><b class="red"></b></div>'
            f"<h1>{escape(subject)}</h1>{paragraphs}{button}</div></body></html>")


def _paragraph(part: str, ours: list[str]) -> str:
    written = escape(part).replace("\n", "<br>")
    addresses = "|".join(re.escape(escape(one)) for one in sorted(set(ours), key=len, reverse=True))
    return f"<p>{re.sub(addresses, _link, written) if addresses else written}</p>"


def _link(found: re.Match[str]) -> str:
    return f'<a href="{found[0]}">{found[0]}</a>'


def _language(text: str) -> str:
    """The language that most of its letters belong to."""
    russian, latin = (len(re.findall(letters, text.lower())) for letters in ("[а-яё]", "[a-z]"))
    return "ru" if russian > latin else "en"
