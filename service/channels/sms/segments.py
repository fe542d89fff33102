"""How long a text is for the phone, in parts: 160 GSM-7 or 70 UCS-2 letters, 153 or 67 in each of
several."""

from __future__ import annotations

MAX_SEGMENTS = 3
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("^{}\\[~]|€")
PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚′`´", "'"),
        **dict.fromkeys("–—‑−‐", "-"),
        "…": "...",
        "•": "-",
        "·": "-",
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\ufeff", ""),
    }
)


def count(text: str) -> int:
    """How many parts the text takes."""
    if _gsm(text):
        length, whole, part = sum(2 if letter in ESCAPED else 1 for letter in text), 160, 153
    else:
        length, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= whole else -(-length // part)


def plain(text: str) -> str:
    """The text with quotes, dashes and spaces as a phone has them, where that keeps it within
    GSM-7."""
    found = text.translate(PLAIN)
    return found if _gsm(found) else text


def _gsm(text: str) -> bool:
    return all(letter in GSM_7 or letter in ESCAPED for letter in text)
