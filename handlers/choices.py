"""Choices: answers from a list that never changes; labels.txt says how each reads."""

from enum import StrEnum


class YesNo(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"


class Sex(StrEnum):
    """As the identity document states it."""

    FEMALE = "female"
    MALE = "male"


class Consent(StrEnum):
    """Whether the worker agrees to the handling of the data asked here."""

    AGREE = "agree"


class Seen(StrEnum):
    """That something has been looked at and may go from the chat."""

    SEEN = "seen"


class WorkForm(StrEnum):
    """How somebody works."""

    EMPLOYER = "employer"
    PLATFORM = "platform"
    SELF_EMPLOYED = "self_employed"
    CASUAL = "casual"


class IdType(StrEnum):
    """Which identity document the number is of."""

    RESIDENT = "resident"
    PASSPORT = "passport"
    PERMIT = "permit"


class Belong(StrEnum):
    """Whether to join where one works or where one lives."""

    WORK = "work"
    HOME = "home"


class Vehicle(StrEnum):
    """What a driver drives."""

    HEAVY = "heavy"
    MEDIUM = "medium"
    LIGHT = "light"
    TRAILER = "trailer"
    VAN = "van"
    CAR = "car"


class Skill(StrEnum):
    """What a domestic worker does."""

    CLEANING = "cleaning"
    COOKING = "cooking"
    INFANT = "infant"
    MATERNITY = "maternity"
    ELDERLY = "elderly"
    PATIENT = "patient"
    LAUNDRY = "laundry"


class Change(StrEnum):
    """What changed for a member who moves to another union."""

    JOB = "job"
    PLACE = "place"
    BOTH = "both"


class WayBack(StrEnum):
    """How somebody known comes back on a new phone."""

    CODE = "code"
    PIN = "pin"
    PERSON = "person"


class Whom(StrEnum):
    """Whom somebody nominates."""

    SELF = "self"
    COLLEAGUE = "colleague"


class Naming(StrEnum):
    """How a nominee's name is shown to those who vote."""

    FULL = "full"
    MASKED = "masked"


class Verdict(StrEnum):
    """What an officer finds of an objection."""

    DISMISSED = "dismissed"
    UPHELD = "upheld"
