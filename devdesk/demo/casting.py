"""Choice of people for tasks: an assistant with the skill and the language and with free
capacity."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from devdesk.demo.people import People, Player
from devdesk.demo.task_history import Party
from devdesk.demo.task_texts import Work
from devdesk.demo.timeline import named


def party(who: People, work: Work, holder: Player) -> Party:
    """Return the people of a task."""
    firm = who.firms[work.company]
    return Party(firm, firm.people[work.person], holder, who.staff["vera"])


def able(who: People, work: Work) -> list[Player]:
    """Return the assistants with this skill and language."""
    return [
        one for one in who.assistants if work.category in one.trades and work.language in one.speaks
    ]


def free_hand(who: People, work: Work) -> Player:
    """Return the one with most free capacity relative to their own limit; a named assistant is
    preferred."""
    if "by" in work.flags:
        return who.staff[work.flags["by"]]
    able_now = [
        one
        for one in able(who, work)
        if one.trades != who.staff["anna"].trades and one.holds < one.limit
    ]
    return min(able_now or able(who, work), key=lambda one: (one.holds / one.limit, one.name))


def somebody(who: People, work: Work, chance: random.Random) -> Player:
    """Return anybody who could have done it; an assistant named for it is preferred."""
    return who.staff[work.flags["by"]] if "by" in work.flags else chance.choice(able(who, work))


def by_way(work: Work, player: Player, chance: random.Random) -> str:
    """Return the channel that such a task came through."""
    if "by_way" in work.flags:
        return work.flags["by_way"]
    if player.phone and player.channel == "sms" and len(work.text) < 240 and chance.random() < 0.75:
        return "sms"
    return "email" if chance.random() < 0.4 else "web"


def worded(work: Work, created: datetime, deadline: datetime, player: Player) -> Work:
    """Return the task's texts with months and days by their names."""
    said = {
        name: [named(line, created, deadline, player.zone, work.language) for line in lines]
        for name, lines in work.said.items()
    }
    return replace(
        work, text=named(work.text, created, deadline, player.zone, work.language), said=said
    )
