"""Message Scheduling, draft 1.0.0 (2025-09-14), `urn:xmpp:scheduling:0`.

What goes out in messages. Requests are read, and their answers written, as plain
XML: whether something is given twice, and metadata as given, have no place in a
stanza class.

docs/conformance.md, Message Scheduling: §10
"""

from typing import ClassVar

from slixmpp.stanza import Message
from slixmpp.xmlstream import ElementBase, register_stanza_plugin

NS = "urn:xmpp:scheduling:0"


class Metadata(ElementBase):
    """Anything an application adds to a schedule (§7.1); write into its `xml`.

    .. code-block:: xml

        <metadata><tag xmlns='urn:example'>weekly</tag></metadata>
    """

    namespace = NS
    name = plugin_attrib = "metadata"


class Schedule(ElementBase):
    """An update of a job's state, in a headline to its owner (§10).

    .. code-block:: xml

        <schedule xmlns='urn:xmpp:scheduling:0'>
          <id>job-5678</id>
          <status>sent</status>
        </schedule>
    """

    namespace = NS
    name = plugin_attrib = "schedule"
    interfaces: ClassVar[set[str]] = {"id", "status"}
    sub_interfaces = interfaces


class ScheduledBy(ElementBase):
    """Who held a delivered message, and for which job (§10).

    .. code-block:: xml

        <scheduled-by xmlns='urn:xmpp:scheduling:0'>
          <scheduler>scheduler.example.org</scheduler>
          <id>job-5678</id>
          <delivered-at>2025-12-01T09:00:01Z</delivered-at>
        </scheduled-by>
    """

    namespace = NS
    name = "scheduled-by"
    plugin_attrib = "scheduled_by"
    interfaces: ClassVar[set[str]] = {"scheduler", "id", "delivered-at"}
    sub_interfaces = interfaces


def register() -> None:
    """Attach the stanzas to slixmpp's; doing it again changes nothing."""
    register_stanza_plugin(Schedule, Metadata)
    register_stanza_plugin(Message, Schedule)
    register_stanza_plugin(Message, ScheduledBy)
