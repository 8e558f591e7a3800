"""One's own account: where one is signed in, how, and in which language one reads.

A password is set only right after coming in by the link from one's own chat: who finds
a browser open, or steals its cookie, cannot make a way in that lasts.
"""

from datetime import timedelta

import segno

from bot.console.desk import Desk, Label, Went, Wrong
from bot.console.noun import Form, Noun, Page, Rule, whole
from bot.console.views import Badge, Detail, Do, Fill, Input, Line, Sheet, View
from handlers.my_data import LANGUAGES, change_language
from models import audit, totp
from models.columns import long, short
from models.console_session import ConsoleSession, Way, sessions_of, sign_out
from models.credential import LONGEST, SHORTEST, credential_of, is_weak, set_credential
from models.staff import CONSOLE

FRESH = timedelta(minutes=15)
"""For how long after coming in by a link a password may be set."""

PATH = "/console/account"
SIGN_IN = "/console/sign-in"
BACK = Do(Label("My account"), PATH)


def show(desk: Desk, row: str) -> View:
    """Show how somebody signs in, and where they are signed in now."""
    own = credential_of(desk.session, desk.worker.id)
    number = own.number if own else Label("not set up")
    return Detail(
        Label("My account"),
        (
            Sheet(Label("Signing in"), ((Label("Sign-in number"), number),)),
            Sheet(Label("Signed in here"), lines=tuple(_sessions(desk))),
        ),
        actions=(
            Do(Label("Set a password"), f"{PATH}/password"),
            Do(Label("Sign out"), f"{PATH}/leave", at_once=True),
            Do(Label("Sign out everywhere"), f"{PATH}/leave-all", kind="danger"),
        ),
    )


def _sessions(desk: Desk) -> list[Line]:
    rows = sessions_of(desk.session, desk.worker.id, desk.limits, desk.now)

    here = Badge(Label("this browser"), "good")

    def line(row: ConsoleSession) -> Line:
        cells = (row.browser, desk.moment(row.started_at))
        is_here = row.id == desk.own_session.id
        return Line(f"{PATH}/{short(row.id)}/end", cells, here if is_here else None)

    return [line(row) for row in rows]


def own_session(desk: Desk, key: str) -> ConsoleSession | None:
    """Return a session, if it is one's own."""
    row = desk.session.get(ConsoleSession, long(key))
    return row if row is not None and row.worker_id == desk.worker.id else None


def ask_end(desk: Desk, row: ConsoleSession) -> View:
    """Ask whether a session is to end."""
    return Fill(
        Label("Sign this browser out?"),
        Label("Sign out"),
        rows=(
            (Label("Browser"), row.browser),
            (Label("Signed in at"), desk.moment(row.started_at)),
        ),
        back=BACK,
    )


def end(desk: Desk, row: ConsoleSession) -> Went:
    """End a session."""
    sign_out(desk.session, desk.staff, desk.now, row.id)
    return Went(PATH, Label("That browser is signed out."))


def ask_leave(desk: Desk, row: str) -> View:
    """Ask whether to sign out everywhere."""
    return Fill(Label("Sign out everywhere?"), Label("Sign out everywhere"), back=BACK)


def leave(desk: Desk, row: str) -> Went:
    """Sign out of this browser."""
    sign_out(desk.session, desk.staff, desk.now, desk.own_session.id)
    return Went(SIGN_IN)


def leave_all(desk: Desk, row: str) -> Went:
    """Sign out of every browser."""
    sign_out(desk.session, desk.staff, desk.now)
    return Went(SIGN_IN)


def ask_password(desk: Desk, row: str) -> View:
    """Ask for a password, and show what the app on the phone reads."""
    if not _is_fresh(desk):
        return Detail(
            Label("Set a password"),
            (),
            notice=(
                Label(
                    "Only right after signing in with the link from your chat. "
                    "Type 工作台 there, open the link, and come back here."
                ),
            ),
            back=BACK,
        )
    given = desk.fields.get("secret")
    secret = given if totp.is_secret(given) else totp.new_secret()
    own = credential_of(desk.session, desk.worker.id)
    product = desk.kit.rules.product(desk.language)
    where = totp.address(secret, own.number if own else product, product)
    twice = Label("{least} to {most} characters.", least=SHORTEST, most=LONGEST)
    return Fill(
        Label("Set a password"),
        Label("Save"),
        (
            Input("secret", "", "hidden", secret),
            Input(
                "password",
                Label("New password"),
                "password",
                hint=twice,
                longest=LONGEST,
                complete="new-password",
            ),
            Input(
                "again",
                Label("The same once more"),
                "password",
                longest=LONGEST,
                complete="new-password",
            ),
            Input(
                "code",
                Label("The six digits your app shows"),
                "code",
                longest=7,
                complete="one-time-code",
            ),
        ),
        why=Label(
            "Scan this with an authenticator app on your phone. It will show six "
            "digits, which you need with the password each time you sign in."
        ),
        rows=((Label("Or type this into the app"), secret),),
        picture=segno.make(where, error="m").svg_data_uri(
            scale=5, border=2, light="#fff"
        ),
        back=BACK,
    )


def set_password(desk: Desk, row: str) -> Went:
    """Keep a password and the app's secret, once the app has shown that it has it."""
    fields, secret = desk.fields, desk.fields.get("secret")
    if not _is_fresh(desk) or not totp.is_secret(secret):
        raise Wrong.altogether(Label("Please start again from the link in your chat."))
    password = next(iter(fields.values.get("password", ())), "")
    again = next(iter(fields.values.get("again", ())), "")
    code = "".join(fields.get("code").split())
    errors = {}
    if is_weak(password):
        errors["password"] = Label("Too short or too simple; take a few words.")
    elif password != again:
        errors["again"] = Label("These two differ.")
    step = totp.step_of(secret, code, desk.now)
    if step is None:
        errors["code"] = Label("Not the right digits; wait for the next ones.")
    if errors or step is None:
        raise Wrong(**errors)
    kept = set_credential(desk.session, desk.kit.keys, desk.worker, password, secret)
    kept.last_step = step
    audit.record(
        desk.session, desk.now, desk.staff.id, "console.password", desk.staff.id
    )
    said = Label("Saved. Your sign-in number is {number}.", number=kept.number)
    return Went(PATH, said)


def _is_fresh(desk: Desk) -> bool:
    own = desk.own_session
    return own.way is Way.LINK and desk.now - own.started_at < FRESH


def show_languages(desk: Desk, row: str) -> View:
    """Offer the languages."""
    return Fill(Label("Language"), Label("Change the language"), back=BACK)


def speak(desk: Desk, row: str) -> Went:
    """Change the language somebody reads, here and in the chat."""
    other = next(name for name in LANGUAGES if name != desk.language)
    change_language(desk.turn, other)
    then = desk.fields.get("then")
    is_ours = then.startswith("/console/") and "\\" not in then
    return Went(then if is_ours else PATH)


EVERYBODY = Rule(CONSOLE, whole)
OWN = Rule(CONSOLE, own_session)

ACCOUNT = Noun(
    "account",
    Label("My account"),
    (
        Page("", EVERYBODY, show),
        Form("password", EVERYBODY, ask_password, set_password),
        Form("leave", EVERYBODY, ask_leave, leave),
        Form("leave-all", EVERYBODY, ask_leave, leave_all),
        Form("language", EVERYBODY, show_languages, speak),
        Form("{key}/end", OWN, ask_end, end),
    ),
)
