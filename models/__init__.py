"""What is kept, and the rules that keep it true; one file a noun."""

from models.application import Application, Step
from models.arrival import Arrival, Poison
from models.attachment import Attachment
from models.audit import AuditEntry
from models.chat import Chat
from models.consent import Consent
from models.conversation import Conversation
from models.erasure import Erasure
from models.fact import Fact
from models.form_link import FormLink
from models.lease import Lease
from models.message import Message
from models.place import Division, Edition, Enterprise, Group, Source, Union
from models.reminder import Reminder
from models.staff import Invitation, Staff
from models.worker import Worker

__all__ = [
    "Application",
    "Arrival",
    "Attachment",
    "AuditEntry",
    "Chat",
    "Consent",
    "Conversation",
    "Division",
    "Edition",
    "Enterprise",
    "Erasure",
    "Fact",
    "FormLink",
    "Group",
    "Invitation",
    "Lease",
    "Message",
    "Poison",
    "Reminder",
    "Source",
    "Staff",
    "Step",
    "Union",
    "Worker",
]
