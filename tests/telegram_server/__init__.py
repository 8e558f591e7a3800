"""A strict Bot API server for tests, torture and benchmarks, with its people."""

from .crowd import Figures, crowd, fill_in
from .faults import Fault, Kind
from .limits import PAID, Limits
from .people import Heard, Person, Silence
from .server import TOKEN, TelegramServer
from .telegram import Attempt, Effect
from .updates import Delivery

__all__ = [
    "PAID",
    "TOKEN",
    "Attempt",
    "Delivery",
    "Effect",
    "Fault",
    "Figures",
    "Heard",
    "Kind",
    "Limits",
    "Person",
    "Silence",
    "TelegramServer",
    "crowd",
    "fill_in",
]
