"""All matters that staff decide in chat and console alike; one more is a line here."""

from typing import Any

from handlers import (
    admitting,
    confirming,
    correcting,
    moving,
    objecting,
    serving,
    site_faults,
)
from handlers.dossier import Dossier
from handlers.flow import Flow

DOSSIERS: tuple[Dossier[Any], ...] = (
    correcting.DOSSIER,
    confirming.DOSSIER,
    site_faults.DOSSIER,
    moving.DOSSIER,
    serving.DOSSIER,
    admitting.DOSSIER,
    objecting.DOSSIER,
)

FORMS: tuple[type[Flow], ...] = tuple(
    form for dossier in DOSSIERS for form in dossier.forms
)
"""The forms by which they are decided."""
