"""Words for what is written down: of each noun, and of each deed.

An action is a noun and a deed, as in `case.taken`.
"""

from collections.abc import Mapping

from bot.console.desk import Label, Text
from handlers.dossiers import DOSSIERS

NOUNS: Mapping[str, Text] = {
    "application": Label("Application"),
    "award": Label("Award"),
    "benefit": Label("Benefit"),
    "case": Label("Case"),
    "chat": Label("Chat"),
    "console": Label("Console"),
    "data": Label("Own data"),
    "event": Label("Event"),
    "import": Label("Import"),
    "member": Label("Member"),
    "merge": Label("Two records of one person"),
    "message": Label("A message"),
    "notice": Label("Notice"),
    "partner": Label("Partner"),
    "person": Label("Person"),
    "poison": Label("Unhandled message"),
    "retention": Label("What is kept"),
    "saved_reply": Label("Saved reply"),
    "site": Label("Site"),
    "slot": Label("Time to book"),
    "source": Label("Poster"),
    "staff": Label("Staff"),
    "suggestion": Label("Suggestion"),
    "union": Label("A union"),
    "voucher": Label("Voucher"),
    **{dossier.noun: dossier.title for dossier in DOSSIERS},
}
"""What an act is about, by the first part of its name."""

KEPT_AT: Mapping[str, str] = {
    **{name: f"{name}s" for name in ("application", "award", "case", "event")},
    **{name: f"{name}s" for name in ("import", "merge", "notice", "suggestion")},
    **{name: f"{name}s" for name in ("benefit", "partner", "site", "union")},
    **dict.fromkeys(("chat", "data", "member", "message", "poison"), "members"),
    **dict.fromkeys(("console", "person", "staff"), "staff"),
    "saved_reply": "replies",
    "source": "posters",
    "slot": "slots",
    **{dossier.noun: dossier.name for dossier in DOSSIERS},
}
"""The part of the console that shows what an act is about."""

DEEDS: Mapping[str, Text] = {
    "accepted": Label("accepted"),
    "adopted": Label("adopted"),
    "appointed": Label("appointed"),
    "approved": Label("approved"),
    "arbitration": Label("in arbitration"),
    "audience_read": Label("its readers read"),
    "awarded": Label("arbitral award made"),
    "bad_rows": Label("bad rows handed out"),
    "called": Label("phoned"),
    "cancelled": Label("cancelled"),
    "certified": Label("certificates given"),
    "changed": Label("changed"),
    "checked_in": Label("checked in"),
    "closed": Label("closed"),
    "confirmed": Label("confirmed"),
    "counted": Label("votes counted"),
    "created": Label("made"),
    "declined": Label("declined"),
    "done": Label("done"),
    "dropped": Label("dropped"),
    "ended": Label("ended"),
    "entered": Label("signed in"),
    "exported": Label("handed out"),
    "imported": Label("imported"),
    "invited": Label("invited"),
    "jury": Label("before the jury"),
    "left": Label("left"),
    "let_go": Label("let go"),
    "linked_by_person": Label("linked, confirmed by staff"),
    "linked_by_code": Label("linked by a code"),
    "linked_by_pin": Label("linked by a PIN"),
    "litigation": Label("in court"),
    "mediation": Label("in mediation"),
    "merged": Label("made one with another record"),
    "mobile_revealed": Label("mobile shown"),
    "negotiation": Label("in negotiation"),
    "nominating": Label("open to nominations"),
    "noted": Label("noted inside"),
    "notice": Label("results shown"),
    "objected": Label("said it was somebody else"),
    "open": Label("opened"),
    "over": Label("over"),
    "passed_on": Label("passed on"),
    "password": Label("password set"),
    "paused": Label("paused"),
    "people_read": Label("its people read"),
    "placed": Label("placed in a union"),
    "planned": Label("planned"),
    "pool": Label("admitted to the pool"),
    "proposed": Label("proposed"),
    "published": Label("published"),
    "read": Label("read"),
    "recalled": Label("recalled"),
    "redeemed": Label("redeemed"),
    "refused": Label("refused"),
    "rejected": Label("rejected"),
    "resumed": Label("taken up again"),
    "returned": Label("returned"),
    "retried": Label("tried again"),
    "revealed": Label("whole number shown"),
    "revoked": Label("ended by an administrator"),
    "saved": Label("saved"),
    "scheduled": Label("scheduled"),
    "scored": Label("scored"),
    "searched": Label("searched"),
    "sending": Label("sending"),
    "sent": Label("sent in"),
    "sent_again": Label("sent again"),
    "stopped": Label("stopped"),
    "swept": Label("swept"),
    "taken": Label("taken"),
    "talked": Label("talked"),
    "tested": Label("tested"),
    "undone": Label("undone"),
    "urgent": Label("held urgent"),
    "voting": Label("open to votes"),
    "waiting": Label("handed in"),
    "withdrawn": Label("withdrawn"),
    "written": Label("written"),
}
"""What was done, by the rest of its name."""

OF_MATTERS: Mapping[str, Mapping[str, Text]] = {
    dossier.noun: {
        **{name: state.name for name, state in dossier.states.items()},
        **dossier.deeds,
    }
    for dossier in DOSSIERS
}
"""What was done to what workers ask: called as where it stood from then on, mostly."""


def deed_of(action: str) -> Text | None:
    """Return in words what was done, without to what; None where there are none."""
    noun, _, done = action.partition(".")
    return OF_MATTERS.get(noun, {}).get(done) or DEEDS.get(done)


SEARCHED: Mapping[str, Text] = {
    noun: text for noun, text in NOUNS.items() if noun != "retention"
}
"""What acts can be searched by; the sweep of what is past concerns no union."""
