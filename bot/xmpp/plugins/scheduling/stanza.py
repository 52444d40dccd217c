"""Stanzas of Message Scheduling, draft 1.0.0 (2025-09-14)."""

from typing import ClassVar

from slixmpp.plugins.xep_0059.stanza import Set
from slixmpp.stanza import Iq, Message
from slixmpp.xmlstream import ElementBase, register_stanza_plugin

NS = "urn:xmpp:scheduling:0"


class Metadata(ElementBase):
    """Anything an application adds to a schedule (§7.1); read its `xml`.

    .. code-block:: xml

        <metadata><tag xmlns='urn:example'>weekly</tag></metadata>
    """

    namespace = NS
    name = plugin_attrib = "metadata"


class Schedule(ElementBase):
    """A request, its answer, or an update of its state (§5, §7, §9.1).

    All values are strings, '' where absent; `signed` is a bool. Bodies and
    subjects may stand once per language: `schedule["body|*"]` is a dict by tag,
    with the stanza's own `xml:lang` for those without one.

    .. code-block:: xml

        <schedule xmlns='urn:xmpp:scheduling:0'>
          <to>alice@example.org</to>
          <body>Happy birthday!</body>
          <deliver-at>2025-12-01T09:00:00Z</deliver-at>
          <timezone>Europe/Warsaw</timezone>
          <recurrence>FREQ=YEARLY</recurrence>
          <expires>2030-01-01T00:00:00Z</expires>
          <id>job-5678</id>
        </schedule>

        <schedule xmlns='urn:xmpp:scheduling:0'>
          <id>job-5678</id>
          <status>scheduled</status>
        </schedule>

        <schedule xmlns='urn:xmpp:scheduling:0'>
          <cancel>job-5678</cancel>
        </schedule>
    """

    namespace = NS
    name = plugin_attrib = "schedule"
    plugin_multi_attrib = "schedules"
    interfaces: ClassVar[set[str]] = {
        "id",
        "to",
        "subject",
        "body",
        "deliver-at",
        "delay-seconds",
        "timezone",
        "recurrence",
        "expires",
        "created",
        "status",
        "cancel",
        "signed",
    }
    sub_interfaces = interfaces - {"signed"}
    lang_interfaces: ClassVar[set[str]] = {"subject", "body"}

    def get_signed(self) -> bool:
        return self._get_attr("signed") in ("true", "1")

    def set_signed(self, value: bool) -> None:
        self._set_attr("signed", "true" if value else "")


class ScheduleQuery(ElementBase):
    """A question for one job or, without `<id/>`, for all, and its answer (§9).

    The answer for many holds `query["schedules"]` and an XEP-0059 `query["rsm"]`.

    .. code-block:: xml

        <schedule-query xmlns='urn:xmpp:scheduling:0'>
          <id>job-5678</id>
          <status>scheduled</status>
          <deliver-at>2025-12-01T09:00:00Z</deliver-at>
          <created>2025-09-14T11:15:00Z</created>
        </schedule-query>
    """

    namespace = NS
    name = "schedule-query"
    plugin_attrib = "schedule_query"
    interfaces: ClassVar[set[str]] = {
        "id",
        "status",
        "deliver-at",
        "created",
        "timezone",
        "recurrence",
        "expires",
    }
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
    register_stanza_plugin(ScheduleQuery, Metadata)
    register_stanza_plugin(ScheduleQuery, Set)
    register_stanza_plugin(ScheduleQuery, Schedule, iterable=True)
    for stanza in (Iq, Message):
        register_stanza_plugin(stanza, Schedule)
    register_stanza_plugin(Iq, ScheduleQuery)
    register_stanza_plugin(Message, ScheduledBy)
