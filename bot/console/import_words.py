"""What is said of a list of members: of its columns, and of what is wrong with it."""

from bot.console.desk import Label
from models.member_import import Consented

CONSENTED = {
    Consented.PAPER: Label("Each signed the application form on paper; we keep it"),
    Consented.ONLINE: Label("Each agreed in another system of the union"),
    Consented.MEETING: Label("Each signed the list at a meeting; we keep it"),
}
HEADS = {
    "name": Label("Name"),
    "id_type": Label("ID type"),
    "id_number": Label("ID number"),
    "born": Label("Date of birth"),
    "sex": Label("Sex"),
    "mobile": Label("Mobile"),
    "group": Label("Occupation"),
    "work_form": Label("Form of work"),
    "union": Label("Union"),
    "since": Label("Member since"),
    "member_no": Label("Member number"),
}
"""What the page calls each column; in files they are called as `NAMES` has it."""

WHY: dict[str, Label] = {
    "age": Label("Too young to join"),
    "applied": Label("Has an application that waits; please decide that"),
    "choice": Label("Not one of the words offered"),
    "day": Label("Not a day such as 2026-05-01, or in the future"),
    "group": Label("No such occupation"),
    "id_birth_date": Label("The birth date in it is not on the calendar"),
    "id_characters": Label(
        "Not an ID number; in a spreadsheet, set the column to text and type it again"
    ),
    "id_checksum": Label("A digit is mistyped"),
    "id_length": Label("Not 18 characters long"),
    "id_other": Label("Not 5 to 20 letters and digits"),
    "member": Label("Is a member already"),
    "member_no": Label("Not up to 20 letters and digits"),
    "mobile": Label("Not a mobile number of 11 digits"),
    "name_characters": Label("Something in it is not part of a name"),
    "name_length": Label("Not 2 to 40 characters long"),
    "taken": Label("Somebody has this member number"),
    "twice": Label("Is in this file more than once"),
    "union": Label("No such union among yours"),
    "unions": Label("Several unions have this name; please write its code"),
}
REFUSED: dict[str, Label] = {
    "bursts": Label("The file unpacks to far more than a list of members."),
    "columns": Label("The file has more than 40 columns."),
    "empty": Label("There is nothing in the file."),
    "formula": Label("There are formulas in the file. Please paste it as values only."),
    "kind": Label("This is not an XLSX workbook, and not a CSV file either."),
    "refers": Label("The file refers to something outside itself."),
    "rows": Label("The file has more than 50,000 rows. Please send it in parts."),
    "unreadable": Label("The file is damaged or too large and cannot be read."),
}
