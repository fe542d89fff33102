"""The parser for deadlines in a text, in both languages and the sender's zone. The grammar is our
own: general parsers missed "до пятницы 18:00" and read "we" as a day of the week.

A day without an hour means the end of the working day, 18:00. What cannot be a date in the next 400
days is ignored.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

END_OF_DAY = time(18)
WEEKDAYS = (
    ("monday", "mon", "понедельник", "понедельника", "понедельнику", "пн"),
    ("tuesday", "tue", "tues", "вторник", "вторника", "вторнику", "вт"),
    ("wednesday", "wed", "среда", "среды", "среду", "среде", "ср"),
    ("thursday", "thu", "thurs", "четверг", "четверга", "четвергу", "чт"),
    ("friday", "fri", "пятница", "пятницы", "пятницу", "пятнице", "пт"),
    ("saturday", "sat", "суббота", "субботы", "субботу", "субботе", "сб"),
    ("sunday", "sun", "воскресенье", "воскресенья", "воскресенью", "вс"),
)
MONTHS = (
    ("january", "jan", "января", "янв"),
    ("february", "feb", "февраля", "фев"),
    ("march", "mar", "марта", "мар"),
    ("april", "apr", "апреля", "апр"),
    ("may", "мая"),
    ("june", "jun", "июня"),
    ("july", "jul", "июля"),
    ("august", "aug", "августа", "авг"),
    ("september", "sept", "sep", "сентября", "сен"),
    ("october", "oct", "октября", "окт"),
    ("november", "nov", "ноября", "ноя"),
    ("december", "dec", "декабря", "дек"),
)
DAY_OF = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names}


def _any(names: object) -> str:
    escaped = map(re.escape, names)  # type: ignore[call-overload]
    return "|".join(sorted(escaped, key=len, reverse=True))


UNTIL = (
    r"(?:\b(?:by|until|till|before|due|deadline(?: is)?|due date|no later"
    r" than|latest|on|for|this|next|"
)
UNTIL += (
    r"до|к|ко|на|не позднее|не позже|срок|дедлайн|крайний срок|в|во)\s*:?\s+(?:the\s+|end"
    r" of\s+|конца\s+|след(?:ующ\w*)?\s+)?)"
)
CLOCK = re.compile(
    r"(?:\b(?:at|by|в|до|к|at"
    r" about)\s+)?\b(\d{1,2})(?:[:.h](\d{2}))?\s*"
    r"(am|pm|a\.m\.|p\.m\.|утра|вечера|дня|часов|час|ч\b|o'clock)?",
    re.IGNORECASE,
)
BARE_HOUR = re.compile(r"\s(?:[7-9]|1\d|2[0-3])(?=$|[.,;!?)])")
NOON = re.compile(
    r"\b(noon|midday|lunch(?:time)?|полдень|полудня|обед[ау]?|end of (?:the )?day|eod|cob|конца"
    r" дня|вечера|вечеру|tonight|evening|утра|утру|morning)\b",
    re.IGNORECASE,
)
NOON_HOURS = {
    "noon": 12,
    "midday": 12,
    "lunch": 13,
    "lunchtime": 13,
    "полдень": 12,
    "полудня": 12,
    "обед": 13,
    "обеда": 13,
    "обеду": 13,
    "вечера": 20,
    "вечеру": 20,
    "tonight": 20,
    "evening": 20,
    "утра": 10,
    "утру": 10,
    "morning": 10,
}
IN_UNITS = re.compile(
    r"\b(?:in|within|через|в течение|за)\s+(?:the\s+)?(?:next\s+)?(\d{1,3}|an?|one|two|three|couple"
    r" of|пару|один|два|две|три)?\s*"
    r"(hours?|hrs?|h|days?|weeks?|час(?:а|ов)?|ч|дн(?:я|ей)|день|сутки|недел(?:ю|и|ь))\b",
    re.IGNORECASE,
)
SMALL = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "couple of": 2,
    "пару": 2,
    "один": 1,
    "два": 2,
    "две": 2,
    "три": 3,
}
RELATIVE = re.compile(
    r"\b(today|tonight|tomorrow|day after tomorrow|сегодня|завтра|послезавтра)\b", re.IGNORECASE
)
WEEKDAY = re.compile(UNTIL + r"?\b(" + _any(DAY_OF) + r")\b\.?", re.IGNORECASE)
DAY_MONTH = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|-?го|-?е|-?му)?\s+(?:of\s+)?("
    + _any(MONTH_OF)
    + r")\b\.?(?:\s+(20\d\d))?",
    re.IGNORECASE,
)
MONTH_DAY = re.compile(
    r"\b("
    + _any(n for n in MONTH_OF if n.isascii())
    + r")\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(20\d\d))?",
    re.IGNORECASE,
)
ISO = re.compile(r"\b(20\d\d)-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?\b")
# "on Monday we met, find it by Wednesday": the weak word yields to the strong one.
WEAK = re.compile(r"(?i)(?:on|for|this|next|на|в|во)\s")
NUMERIC = re.compile(UNTIL + r"(\d{1,2})[./](\d{1,2})(?:[./](20\d\d|\d\d))?\b", re.IGNORECASE)
THE_NTH = re.compile(
    r"\b(?:by|until|before|on) the (\d{1,2})(?:st|nd|rd|th)\b|\b(?:до|к) (\d{1,2})(?:-?го|-?му)?(?="
    r" числа|-го|-му)",
    re.IGNORECASE,
)
END_OF_WEEK = re.compile(
    r"\b(end of (?:the |this )?week|конца недели|конец недели|концу недели|выходных)\b",
    re.IGNORECASE,
)
END_OF_MONTH = re.compile(
    r"\b(end of (?:the |this )?month|конца месяца|концу месяца)\b", re.IGNORECASE
)
# A day is a deadline only where a word before it says so; "on Monday we met" is past and has no
# such word near "by".
WEEKDAY_SAYS = re.compile(UNTIL + r"(?:" + _any(DAY_OF) + r")\b", re.IGNORECASE)


def deadline_in(text: str, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """Return the deadline in the text, timezone-aware in the sender's zone, or None. `moment` is
    when the text was written."""
    here = moment.astimezone(zone)
    for reading in (_iso, _units, _relative, _weekday, _day_month, _numeric, _nth, _ends):
        found = reading(text, here)
        if found is not None and moment < found < moment + timedelta(days=400):
            return found
    return None


def _iso(text: str, here: datetime) -> datetime | None:
    match = ISO.search(text)
    if not match:
        return None
    year, month, day, hour, minute = match.groups()
    clock = (
        time(int(hour), int(minute)) if hour and int(hour) < 24 and int(minute) < 60 else END_OF_DAY
    )
    return _at(here, _day(int(year), int(month), int(day)), clock)


def _units(text: str, here: datetime) -> datetime | None:
    match = IN_UNITS.search(text)
    if not match or (match[1] is None and not re.match(r"(?i)(?:через|за)\s", match[0])):
        return None
    count = SMALL.get((match[1] or "one").lower()) or int(match[1])
    unit = match[2].lower()
    if unit.startswith(("h", "ч")):
        return here + timedelta(hours=count)
    days = count * (7 if unit.startswith(("w", "нед")) else 1)
    return _at(here, here.date() + timedelta(days=days), _clock(text, match.end()))


def _relative(text: str, here: datetime) -> datetime | None:
    match = RELATIVE.search(text)
    if not match:
        return None
    word = match[1].lower()
    ahead = {"tomorrow": 1, "завтра": 1, "day after tomorrow": 2, "послезавтра": 2}.get(word, 0)
    if word == "tomorrow" and re.search(r"(?i)day after tomorrow", text):
        ahead = 2
    clock = time(20) if word == "tonight" else _clock(text, match.end())
    found = _at(here, here.date() + timedelta(days=ahead), clock)
    late = found is not None and found <= here
    return (
        here.replace(hour=23, minute=0, second=0, microsecond=0) if late and ahead == 0 else found
    )


def _weekday(text: str, here: datetime) -> datetime | None:
    if not WEEKDAY_SAYS.search(text):
        return None
    named = [m for m in WEEKDAY.finditer(text) if WEEKDAY_SAYS.match(text, m.start())]
    if not named:
        return None
    match = min(named, key=lambda m: bool(WEAK.match(m[0])))
    ahead = (DAY_OF[match[1].lower()] - here.weekday()) % 7
    clock = _clock(text, match.end())
    if ahead == 0 and (_at(here, here.date(), clock) or here) <= here:
        ahead = 7
    following = re.search(r"(?i)\bnext\s|след", match[0])
    return _at(
        here,
        here.date()
        + timedelta(days=ahead + (7 if following and ahead < 7 - here.weekday() else 0)),
        clock,
    )


def _day_month(text: str, here: datetime) -> datetime | None:
    match = DAY_MONTH.search(text)
    if match:
        day, month, year, end = int(match[1]), MONTH_OF[match[2].lower()], match[3], match.end()
    else:
        match = MONTH_DAY.search(text)
        if not match:
            return None
        day, month, year, end = int(match[2]), MONTH_OF[match[1].lower()], match[3], match.end()
    return _at(here, _next(here, day, month, int(year) if year else None), _clock(text, end))


def _numeric(text: str, here: datetime) -> datetime | None:
    match = NUMERIC.search(text)
    if not match or not 1 <= int(match[2]) <= 12:
        return None
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0) if match[3] else None
    return _at(here, _next(here, int(match[1]), int(match[2]), year), _clock(text, match.end()))


def _nth(text: str, here: datetime) -> datetime | None:
    match = THE_NTH.search(text)
    if not match:
        return None
    day = int(match[1] or match[2])
    months = [here.month, here.month % 12 + 1]
    found = (_day(here.year + (month < here.month), month, day) for month in months)
    ahead = next((d for d in found if d and d >= here.date()), None)
    return _at(here, ahead, _clock(text, match.end()))


def _ends(text: str, here: datetime) -> datetime | None:
    if match := END_OF_WEEK.search(text):
        return _at(
            here, here.date() + timedelta(days=(4 - here.weekday()) % 7), _clock(text, match.end())
        )
    if match := END_OF_MONTH.search(text):
        first = (here.date().replace(day=1) + timedelta(days=32)).replace(day=1)
        return _at(here, first - timedelta(days=1), _clock(text, match.end()))
    return None


def _clock(text: str, start: int) -> time:
    """Return the hour right after a day, else the end of the working day."""
    behind = text[start : start + 24]
    if (word := NOON.match(behind.lstrip(" ,"))) or (
        word := re.match(r"(?i)[\s,]*(?:at|by|in the|к|до|в)?\s*" + NOON.pattern, behind)
    ):
        return time(NOON_HOURS.get(word[1].lower(), 18))
    match = re.match(r"[\s,]*", behind)
    found = CLOCK.match(behind, match.end() if match else 0)
    if not found or not (
        found[2]
        or found[3]
        or re.match(r"(?i)(at|by|в|до|к)\s", found[0])
        or BARE_HOUR.match(behind)
    ):
        return END_OF_DAY
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half.startswith(("p", "вечера", "дня")) and hour < 12:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else END_OF_DAY


def _next(here: datetime, day: int, month: int, year: int | None) -> date | None:
    found = _day(year or here.year, month, day)
    if found and year is None and found < here.date():
        return _day(here.year + 1, month, day)
    return found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _at(here: datetime, day: date | None, clock: time) -> datetime | None:
    return None if day is None else datetime.combine(day, clock, here.tzinfo)
