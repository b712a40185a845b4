"""The tables. Times are UTC; JSON columns hold what one reader reads whole.

Conversations, messages and handoffs are read through the `access_…` functions of bot.records.access (ruff keeps other
modules from this door's back side).
"""

from bot.records.tables.base import Base, Encrypted, UtcDateTime, now, week_of
from bot.records.tables.conversations import Conversation, Message, tracker_events
from bot.records.tables.handoffs import Handoff, Helper, Move, Note, Notice, Offer, Reminder
from bot.records.tables.households import HouseholdRow
from bot.records.tables.learnings import Learning, Pattern, Step, Telling
from bot.records.tables.leases import Lease
from bot.records.tables.needs import Candidate, Need, Promise, Pulse, Service
from bot.records.tables.phones import Incoming, Line, Outgoing, Passage, Phone
from bot.records.tables.staff import Absence, Look, Staff
from bot.records.tables.switches import Switch

__all__ = [
    "Absence",
    "Base",
    "Candidate",
    "Conversation",
    "Encrypted",
    "Handoff",
    "Helper",
    "HouseholdRow",
    "Incoming",
    "Learning",
    "Lease",
    "Line",
    "Look",
    "Message",
    "Move",
    "Need",
    "Note",
    "Notice",
    "Offer",
    "Outgoing",
    "Passage",
    "Pattern",
    "Phone",
    "Promise",
    "Pulse",
    "Reminder",
    "Service",
    "Staff",
    "Step",
    "Switch",
    "Telling",
    "UtcDateTime",
    "now",
    "tracker_events",
    "week_of",
]
