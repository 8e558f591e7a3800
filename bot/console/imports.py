"""Imports: a list of members is sent, looked through, put right, and confirmed.

Nothing is written before it is confirmed; then the good rows become members.  The bad
ones come back as a file that says what is wrong with each.
"""

from collections.abc import Iterable

from bot.console.desk import COLON, SEMICOLON, Desk, Label, Text, Went, Wrong
from bot.console.import_words import CONSENTED, HEADS, REFUSED, WHY
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import (
    Badge,
    Detail,
    Do,
    File,
    Fill,
    Input,
    Line,
    List,
    Option,
    Sheet,
    View,
    choose,
)
from bot.sheets import writing
from models import audit, member_import
from models.columns import long, short
from models.import_rows import NAMES, NEEDED, BadRow, Fault
from models.member_import import Consented, Course, MemberImport, Part
from models.staff import SERVING

PATH = "/console/imports"
BACK = Do(Label("Imports"), PATH)
MOST = 200
"""How many faults the page shows; the file has all."""

AGAIN = 2
"""Seconds after which a page that waits looks again."""

STATES = {
    Course.SENT: Badge(Label("Being checked"), "wait"),
    Course.CHECKED: Badge(Label("Waits for you"), "wait"),
    Course.REFUSED: Badge(Label("Cannot be read"), "bad"),
    Course.CONFIRMED: Badge(Label("Being saved"), "wait"),
    Course.DONE: Badge(Label("Done"), "good"),
}


def list_(desk: Desk, row: str) -> View:
    """List what one sent oneself; it is kept for a day."""
    lines = (
        Line(
            f"{PATH}/{short(one.id)}",
            (desk.moment(one.at), desk.union(one.union_code), str(one.good)),
            STATES[one.course],
        )
        for one in member_import.of_staff(desk.session, desk.staff)
    )
    return List(
        Label("Imports"),
        (Label("Sent in"), Label("Union"), Label("Good rows")),
        tuple(lines),
        Label("You have sent no list of members in the last day."),
        actions=(Do(Label("Import members"), f"{PATH}/new", kind="main"), _template()),
    )


def _template() -> Do:
    return Do(Label("Template (XLSX)"), f"{PATH}/template.xlsx")


def template(desk: Desk, row: str) -> View:
    """Give an empty list with the columns there are; a star marks what is needed."""
    heads = [f"{one}*" if name in NEEDED else one for name, one in _names(desk)]
    return File(writing.workbook(heads, ()), writing.MIME, "members.xlsx")


def _names(desk: Desk) -> list[tuple[str, str]]:
    """Return what each column is called in a file."""
    place = -1 if desk.language == "en" else 0
    return [(name, texts[place]) for name, texts in NAMES.items()]


def ask_new(desk: Desk, row: str) -> View:
    """Ask for the file, for whom it is, and how its people agreed."""
    unions = {code: desk.union(code) for code in sorted(desk.unions)}
    agreed = tuple(Option(str(key), text) for key, text in CONSENTED.items())
    return Fill(
        Label("Import members"),
        Label("Check"),
        (
            Input(
                "file",
                Label("List of members"),
                "file",
                hint=Label(
                    "XLSX, or CSV in UTF-8 or GB18030. The first row names the columns "
                    "as in the template."
                ),
            ),
            choose("union", Label("Union of who names none"), "", unions),
            Input("consent", Label("How they agreed"), "radios", options=agreed),
        ),
        why=Label(
            "The list is only checked first; nothing is written until you confirm. It "
            "is kept encrypted and goes within a day."
        ),
        back=BACK,
    )


def send(desk: Desk, row: str) -> Went:
    """Take a list in."""
    union, consent = desk.fields.get("union"), desk.fields.get("consent")
    data = desk.fields.files.get("file", b"")
    wrong: dict[str, Text] = {}
    if not data:
        wrong["file"] = Label("Please choose a file.")
    if union not in desk.unions:
        wrong["union"] = Label("Please choose a union.")
    if consent not in {*Consented}:
        wrong["consent"] = Label("Please say how they agreed.")
    if wrong:
        raise Wrong(**wrong)
    by = (desk.session, desk.kit.keys, desk.staff, desk.worker)
    sent = member_import.send(*by, union, Consented(consent), data, desk.now)
    return Went(f"{PATH}/{short(sent.id)}")


def own(desk: Desk, key: str) -> MemberImport | None:
    """Return a list one sent oneself."""
    row = desk.session.get(MemberImport, long(key))
    return row if row is not None and row.staff_id == desk.staff.id else None


def show(desk: Desk, row: MemberImport) -> View:
    """Show how far a list is, and what is wrong with it."""
    works = row.course in (Course.SENT, Course.CONFIRMED)
    sheets = [Sheet(Label("The list"), tuple(_facts(desk, row)))]
    if row.bad and not works:
        shown = _bad(desk, row)
        lines = [line for one in shown for line in _faults(one)][:MOST]
        sheets.append(Sheet(Label("What is wrong"), lines=tuple(lines)))
    return Detail(
        Label("List of members of {at}", at=desk.moment(row.at)),
        tuple(sheets),
        STATES[row.course],
        tuple(_notice(row)),
        tuple(_ways(row)),
        BACK,
        again=AGAIN if works else 0,
    )


def _facts(desk: Desk, row: MemberImport) -> Iterable[tuple[Text, Text]]:
    yield Label("Union of who names none"), desk.union(row.union_code)
    yield Label("How they agreed"), CONSENTED[row.consent]
    if row.course not in (Course.SENT, Course.REFUSED):
        yield Label("Good rows"), str(row.good)
        yield Label("Bad rows"), str(row.bad)
    if row.course in (Course.CONFIRMED, Course.DONE):
        yield Label("Written"), str(row.written)


def _notice(row: MemberImport) -> Iterable[Text]:
    if row.course is Course.SENT:
        yield Label("The list is being checked. This page looks again by itself.")
    elif row.course is Course.REFUSED:
        yield _refusal(row.why)
    elif row.course is Course.CONFIRMED:
        yield Label("The members are being written. You may close this page.")
    elif row.course is Course.DONE:
        yield Label("Written: {written}.", written=row.written)
    elif row.good:
        yield Label("Nothing is written yet. Confirm, or send the list again.")
    else:
        yield Label("No row is good. Please put the list right and send it again.")


def _refusal(why: str) -> Text:
    """Say why a file cannot be read."""
    word, _, columns = why.partition(":")
    if not columns:
        return REFUSED[word]
    named = "、".join(NAMES[name][0] for name in columns.split())
    return Label(
        "These columns are missing or there twice: {columns}. Please use the template.",
        columns=named,
    )


def _ways(row: MemberImport) -> Iterable[Do]:
    at = f"{PATH}/{short(row.id)}"
    if row.course is Course.CHECKED and row.good:
        label = Label("Import {count} members", count=row.good)
        yield Do(label, f"{at}/confirm", kind="main")
    if row.bad and row.course in (Course.CHECKED, Course.DONE):
        yield Do(Label("Bad rows to put right (XLSX)"), f"{at}/bad.xlsx")
    if row.course in (Course.CHECKED, Course.REFUSED, Course.DONE):
        yield Do(Label("Send another list"), f"{PATH}/new")
        yield Do(Label("Drop it now"), f"{at}/drop", kind="danger")


def _bad(desk: Desk, row: MemberImport) -> list[BadRow]:
    keys = desk.kit.keys
    rows = member_import.rows_in(desk.session, keys, row, Part.BAD)
    return [BadRow.of(one) for one in rows]


def _faults(bad: BadRow) -> Iterable[Line]:
    number = Label("Row {number}", number=bad.number) if bad.number else ""
    for one in bad.faults:
        yield Line("", (number, HEADS[one.column], one.shown, WHY[one.why]))


def note_bad(desk: Desk, row: MemberImport) -> None:
    """Write down that somebody takes the bad rows out."""
    audit.record(desk.session, desk.now, desk.staff.id, "import.bad_rows", row.id)


def bad_rows(desk: Desk, row: MemberImport) -> View:
    """Give the bad rows as they came, with what is wrong, to be put right."""
    names = _names(desk)
    reasons = Label("What is wrong (this column is not read)")
    heads = [*(text for _, text in names), desk.text(reasons)]

    def told(one: Fault) -> str:
        return desk.joined((HEADS[one.column], WHY[one.why]), COLON)

    lines = (
        [
            *(bad.row.get(name, "") for name, _ in names),
            desk.joined(map(told, bad.faults), SEMICOLON),
        ]
        for bad in _bad(desk, row)
    )
    return File(writing.workbook(heads, lines), writing.MIME, "to-put-right.xlsx")


def ask_confirm(desk: Desk, row: MemberImport) -> View:
    """Ask once more before members are written."""
    return Fill(
        Label("Import {count} members?", count=row.good),
        Label("Import"),
        why=Label(
            "Each becomes a member and counts from the day the list says, else from "
            "today. Bad rows are left out. This is not taken back as a whole."
        ),
        rows=tuple(_facts(desk, row)),
        back=_back(row),
    )


def confirm(desk: Desk, row: MemberImport) -> Went:
    """Have the good rows written."""
    if not member_import.confirm(desk.session, desk.staff, row, desk.now):
        raise Wrong.altogether(Label("There is nothing to import in this list now."))
    return Went(_back(row).path)


def ask_drop(desk: Desk, row: MemberImport) -> View:
    """Ask whether a list is to go."""
    return Fill(
        Label("Drop this list?"),
        Label("Drop it now"),
        why=Label("The list goes; members that were written stay."),
        danger=True,
        back=_back(row),
    )


def drop(desk: Desk, row: MemberImport) -> Went:
    """Let a list go at once."""
    member_import.drop(desk.session, desk.staff, row, desk.now)
    return Went(PATH, Label("The list goes in a moment."))


def _back(row: MemberImport) -> Do:
    return Do(Label("The list"), f"{PATH}/{short(row.id)}")


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count one's own lists that wait to be confirmed."""
    ready = [
        one
        for one in member_import.of_staff(desk.session, desk.staff)
        if one.course is Course.CHECKED
    ]
    if ready:
        oldest = min(one.at for one in ready)
        yield Waiting(Label("Lists to confirm"), len(ready), oldest, PATH)


MINE = Rule(SERVING, own)
ANYBODY = Rule(SERVING, whole)

IMPORTS = Noun(
    "imports",
    Label("Imports"),
    (
        Page("", ANYBODY, list_),
        Page("template.xlsx", ANYBODY, template),
        Form("new", ANYBODY, ask_new, send),
        Page("{key}", MINE, show),
        Page("{key}/bad.xlsx", MINE, bad_rows, note_bad),
        Form("{key}/confirm", MINE, ask_confirm, confirm),
        Form("{key}/drop", MINE, ask_drop, drop),
    ),
    waits,
    under="members",
)
