"""What is typed here for a field that the service finds fault with."""

from bot.cli import output
from bot.domain.errors import CarillonError
from bot.domain.phrase import Phrase

#: by the protocol's name; every command calls them so. An option that the protocol
#: has nothing of is a field by its own name
OPTIONS = {
    "allow": "--allow",
    "block": "--block",
    "body": "--body",
    "deliver-at": "--at",
    "delay-seconds": "--in",
    "due": "DUE",
    "duration": "--for",
    "end": "--end",
    "expires": "--expires",
    "forget": "--forget",
    "holidays": "--holidays",
    "id": "--id",
    "language": "--language",
    "jid": "JID",
    "late": "--late",
    "list": "--list",
    "max-ahead": "--max-ahead",
    "max-per-day": "--max-per-day",
    "on-holiday": "--on-holiday",
    "only": "--to",
    "only_told": "--only-told",
    "outside": "--outside",
    "owner": "--owner",
    "preview": "--preview",
    "paused-until": "--paused-until",
    "quiet-days": "--quiet-days",
    "quiet-from": "--quiet-from",
    "quiet-to": "--quiet-to",
    "recurrence": "--every",
    "remind": "--remind",
    "reminders": "--reminders",
    "revision": "--revision",
    "send-window": "--send-window",
    "send-window-zone": "--send-window-zone",
    "start": "--start",
    "status": "--status",
    "subject": "--subject",
    "template": "--template",
    "timezone": "--tz",
    "until": "UNTIL",
    "urgent": "--urgent",
    "who": "--who",
}
_OF_TEMPLATE = "set."


def told(error: CarillonError) -> Phrase:
    """What the error says, with the option that it says it of."""
    field = error.field or ""
    if error.named:
        return error.phrase
    if field.startswith(_OF_TEMPLATE):
        return output.about(f"--set {field.removeprefix(_OF_TEMPLATE)}", error)
    option = field if field.startswith("--") else OPTIONS.get(field)
    return output.about(option, error) if option else error.phrase
