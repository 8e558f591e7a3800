"""Benefits: what there is, what this person may use now, and why not the rest."""

from collections.abc import Iterator

from sqlmodel import col, select

from handlers.my_application import JOIN, MY_APPLICATION
from handlers.offers import page_number, page_of, plain
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import benefit
from models.benefit import (
    Benefit,
    BenefitKind,
    Hurdle,
    Person,
    Terms,
    Why,
    person_of,
    why_not,
)
from models.columns import short
from models.partner import partners_of
from models.service import pending_one
from models.voucher import open_one

BENEFITS = Choice(Word("benefits", "name"), "v:benefits:0")
MY_VOUCHERS = Choice(Word("vouchers", "name"), "v:vouchers:0")
MY_REQUESTS = Choice(Word("services", "name"), "v:requests:0")

ROOM = 6
"""Rows of the list a page: below them stand two ways to what one has already, and
perhaps the way back to a form.
"""

MOST_PARTNERS = 3
"""How many partners are named; choosing one shows them all."""


def person(turn: Turn) -> Person:
    """Return what of this person decides which benefits they may use."""
    return person_of(turn.session, turn.atlas, turn.rules, turn.worker, turn.now)


def benefits(turn: Turn, arg: str) -> list[Say]:
    """List what there is, what this person may use first."""
    who, number = person(turn), page_number(arg)
    every = benefit.offered(turn.session, who)
    shown, more = page_of(every, number, ROOM)
    codes = [terms.code for terms, _ in shown]
    found = turn.session.exec(select(Benefit).where(col(Benefit.code).in_(codes)))
    named = {row.code: turn.named(row) for row in found}
    choices = [
        Choice(_line(named[terms.code], hurdle), f"v:benefit:{terms.code}")
        for terms, hurdle in shown
    ]
    if more:
        choices.append(Choice(Word("common", "more"), f"v:benefits:{number + 1}"))
    last = (MY_VOUCHERS, MY_REQUESTS) if who.is_member else (_way_in(turn),)
    return [Say(_heading(every), choices=(*choices, *last))]


def _heading(every: list[tuple[Terms, Hurdle | None]]) -> Word:
    count = sum(hurdle is None for _, hurdle in every)
    if count:
        return Word("benefits", "list", {"count": count})
    return Word("benefits", "list_none") if every else Word("benefits", "nothing")


def _line(name: str, hurdle: Hurdle | None) -> Text:
    if hurdle is None:
        return name
    return Word("benefits", "line_not", {"name": name, "why": reason(hurdle)})


def reason(hurdle: Hurdle) -> Word:
    """Say in a few words why somebody may not use a benefit, and from when they may."""
    return Word("benefits", f"why_{hurdle.why}", {"since": hurdle.since})


def _way_in(turn: Turn) -> Choice:
    return MY_APPLICATION if turn.latest else JOIN


def look(turn: Turn, arg: str) -> list[Say]:
    """Show one benefit: what it is, for whom, what to bring, and what to do now."""
    row = turn.session.get(Benefit, arg)
    if row is None:
        return [say("benefits", "gone").offering(BENEFITS)]
    hurdle = why_not(row, person(turn))
    english = turn.language == "en"
    message = Say(
        Word("benefits", "about", {"about": row.about_en if english else row.about}),
        title=turn.named(row),
        rows=tuple(_facts(turn, row, hurdle)),
        choices=_choices(turn, row, hurdle),
        back=BENEFITS.press,
    )
    return [message]


def named(turn: Turn, typed: str) -> list[Say] | None:
    """Show the benefit that typed words name, in either language; None for others."""
    words = turn.vocabulary.bare(plain(typed))
    for terms, _ in benefit.offered(turn.session, person(turn)):
        row = turn.session.get_one(Benefit, terms.code)
        if words in (plain(row.name), plain(row.name_en)):
            return look(turn, row.code)
    return None


def _facts(
    turn: Turn, row: Benefit, hurdle: Hurdle | None
) -> Iterator[tuple[Text, Text]]:
    if hurdle is not None:
        yield Word("benefits", "label_now"), reason(hurdle)
    if row.share is not None:
        share = {"count": row.share, "per": row.per.value}
        yield Word("benefits", "label_share"), Word("benefits", "share", share)
    if row.quota is not None:
        left = {"count": max(0, row.quota - row.taken)}
        yield Word("benefits", "label_left"), Word("benefits", "left", left)
    if row.closes is not None:
        yield (
            Word("benefits", "label_closes"),
            Word("common", "day", {"at": row.closes}),
        )
    places = partners_of(turn.session, row.code)
    if places:
        names = [turn.named(place) for place in places[:MOST_PARTNERS]]
        more = len(places) - len(names)
        where = Word("benefits", "places", {"names": names, "more": more})
        yield Word("benefits", "label_places"), where
    if bring := row.bring_en if turn.language == "en" else row.bring:
        yield Word("benefits", "label_bring"), bring


def _choices(turn: Turn, row: Benefit, hurdle: Hurdle | None) -> tuple[Choice, ...]:
    if hurdle is None:
        return (use(row),)
    if hurdle.why is Why.NOT_MEMBER:
        return (_way_in(turn),)
    if hurdle.why is Why.HAS_ONE:
        return tuple(_what_they_have(turn, row))
    return ()


def use(row: Benefit) -> Choice:
    """Return the way to use a benefit: take a voucher, or ask for the service."""
    return Choice(Word("benefits", f"use_{row.kind}"), f"f:{row.kind}:{row.code}")


def _what_they_have(turn: Turn, row: Benefit) -> Iterator[Choice]:
    worker_id = turn.worker.id
    if voucher := open_one(turn.session, worker_id, row.code):
        yield Choice(Word("benefits", "see_voucher"), f"v:voucher:{short(voucher.id)}")
    if asked := pending_one(turn.session, worker_id, row.code):
        yield Choice(Word("benefits", "see_request"), f"v:request:{short(asked.id)}")


def refused(turn: Turn, row: Benefit, hurdle: Hurdle) -> Say:
    """Say why a benefit cannot be used now, and what can be done instead."""
    words = Word(
        "benefits", "refused", {"name": turn.named(row), "why": reason(hurdle)}
    )
    return Say(words, choices=(*_choices(turn, row, hurdle), BENEFITS))


def unless_open(turn: Turn, code: str, kind: BenefitKind) -> list[Say] | None:
    """Return what to say to who may not use this benefit; None to who may."""
    row = turn.session.get(Benefit, code)
    if row is None or row.kind is not kind:
        return [say("benefits", "gone").offering(BENEFITS)]
    hurdle = why_not(row, person(turn))
    return [refused(turn, row, hurdle)] if hurdle else None


def name_of(turn: Turn, code: str) -> str:
    """Return what a benefit is called."""
    row = turn.session.get(Benefit, code)
    return turn.named(row) if row else ""
