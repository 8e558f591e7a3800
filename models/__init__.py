"""What is kept, and the rules that keep it true; one file a noun."""

from models.application import Application, Step
from models.arrival import Arrival, Poison
from models.attachment import Attachment
from models.audit import AuditEntry
from models.chain import AuditLink
from models.chat import Chat
from models.claim import Claim
from models.consent import Consent
from models.conversation import Conversation
from models.correction import Correction
from models.erasure import Erasure
from models.event import Event
from models.export_link import ExportLink
from models.fact import Fact
from models.form_link import FormLink
from models.lease import Lease
from models.link import Link
from models.link_code import LinkCode
from models.message import Message
from models.place import Division, Edition, Enterprise, Group, Source, Union
from models.presence import Presence
from models.reminder import Reminder
from models.signup import Signup
from models.staff import Invitation, Staff
from models.tries import Tries
from models.worker import Worker

__all__ = [
    "Application",
    "Arrival",
    "Attachment",
    "AuditEntry",
    "AuditLink",
    "Chat",
    "Claim",
    "Consent",
    "Conversation",
    "Correction",
    "Division",
    "Edition",
    "Enterprise",
    "Erasure",
    "Event",
    "ExportLink",
    "Fact",
    "FormLink",
    "Group",
    "Invitation",
    "Lease",
    "Link",
    "LinkCode",
    "Message",
    "Poison",
    "Presence",
    "Reminder",
    "Signup",
    "Source",
    "Staff",
    "Step",
    "Tries",
    "Union",
    "Worker",
]
