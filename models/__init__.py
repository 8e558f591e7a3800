"""What is kept, and the rules that keep it true; one file a noun."""

from models.application import Application, Step
from models.arrival import Arrival, Poison
from models.attachment import Attachment
from models.audit import AuditEntry
from models.award import Award
from models.ballot import Ballot, Voter
from models.benefit import Benefit, Use
from models.case import Case
from models.case_entry import CaseEntry
from models.case_file import CaseFile
from models.chain import AuditLink
from models.chat import Chat
from models.claim import Claim
from models.clerk import Clerk
from models.closing import CountedBallot, VoteCount
from models.consent import Consent
from models.console_link import ConsoleLink
from models.console_session import ConsoleSession
from models.conversation import Conversation
from models.correction import Correction
from models.credential import Credential
from models.erasure import Erasure
from models.event import Event
from models.event_news import EventNews
from models.export_link import ExportLink
from models.fact import Fact
from models.file_piece import FilePiece
from models.form_link import FormLink
from models.jury import Score
from models.lease import Lease
from models.link import Link
from models.link_code import LinkCode
from models.member_import import ImportPiece, MemberImport
from models.merge_wish import MergeWish
from models.message import Message
from models.nominee import Nominee
from models.notice import Notice
from models.notice_answer import NoticeAnswer
from models.notice_file import NoticeFile
from models.notice_total import NoticeTotal
from models.objection import Objection
from models.once import Once
from models.partner import Giving, Partner
from models.place import Division, Edition, Enterprise, Group, Source, Union
from models.preference import Preference
from models.presence import Presence
from models.recipient import Recipient
from models.reminder import Reminder
from models.saved_reply import SavedReply
from models.service import ServiceRequest
from models.service_record import ServiceRecord
from models.signup import Signup
from models.site import Site, SiteRating
from models.site_fault import SiteFault
from models.slot import Slot
from models.staff import Invitation, Staff
from models.suggestion import Suggestion
from models.tally import Tally
from models.transfer import Transfer, TransferStep
from models.tries import Tries
from models.voucher import Voucher
from models.worker import Worker

__all__ = [
    "Application",
    "Arrival",
    "Attachment",
    "AuditEntry",
    "AuditLink",
    "Award",
    "Ballot",
    "Benefit",
    "Case",
    "CaseEntry",
    "CaseFile",
    "Chat",
    "Claim",
    "Clerk",
    "Consent",
    "ConsoleLink",
    "ConsoleSession",
    "Conversation",
    "Correction",
    "CountedBallot",
    "Credential",
    "Division",
    "Edition",
    "Enterprise",
    "Erasure",
    "Event",
    "EventNews",
    "ExportLink",
    "Fact",
    "FilePiece",
    "FormLink",
    "Giving",
    "Group",
    "ImportPiece",
    "Invitation",
    "Lease",
    "Link",
    "LinkCode",
    "MemberImport",
    "MergeWish",
    "Message",
    "Nominee",
    "Notice",
    "NoticeAnswer",
    "NoticeFile",
    "NoticeTotal",
    "Objection",
    "Once",
    "Partner",
    "Poison",
    "Preference",
    "Presence",
    "Recipient",
    "Reminder",
    "SavedReply",
    "Score",
    "ServiceRecord",
    "ServiceRequest",
    "Signup",
    "Site",
    "SiteFault",
    "SiteRating",
    "Slot",
    "Source",
    "Staff",
    "Step",
    "Suggestion",
    "Tally",
    "Transfer",
    "TransferStep",
    "Tries",
    "Union",
    "Use",
    "VoteCount",
    "Voter",
    "Voucher",
    "Worker",
]
