"""SMS segments of a text, which is what Twilio counts and charges (GSM 03.38 and UCS-2)."""

from __future__ import annotations

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("^{}\\[~]|€")


def segments(body: str) -> int:
    """Return how many SMS the text takes: 160 GSM-7 or 70 UCS-2 characters, 153 or 67 in each of
    several."""
    if all(character in GSM_7 or character in GSM_7_ESCAPED for character in body):
        length, whole, part = (
            sum(2 if character in GSM_7_ESCAPED else 1 for character in body),
            160,
            153,
        )
    else:
        length, whole, part = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= whole else -(-length // part)
