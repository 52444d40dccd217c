"""Words that the targets know, for whoever makes inputs."""

from tests.servers.neighbour import LOCALS, RESOURCES

NAMESPACES = (
    "urn:xmpp:scheduling:0",
    "urn:x-carillon:announce:0",
    "http://jabber.org/protocol/rsm",
    "http://jabber.org/protocol/disco#info",
    "http://jabber.org/protocol/disco#items",
    "jabber:iq:version",
    "urn:xmpp:ping",
    "urn:xmpp:time",
    "urn:xmpp:delay",
    "urn:ietf:params:xml:ns:xmpp-stanzas",
    "jabber:client",
    "jabber:component:accept",
    "jabber:x:conference",
    "jabber:x:data",
    "http://jabber.org/protocol/muc#user",
    "http://jabber.org/protocol/caps",
    "eu.siacs.conversations.axolotl",
    "urn:xmpp:receipts",
    "urn:xmpp:delegation:2",
    "urn:xmpp:delegation:1",
    "urn:xmpp:forward:0",
    "urn:x",
    "",
)
NAMES = (
    *("schedule", "schedule-query", "id", "to", "body", "subject", "deliver-at"),
    *("delay-seconds", "timezone", "recurrence", "expires", "cancel", "status"),
    *("metadata", "list", "audience", "jid", "announce", "field", "value", "late"),
    *("updates", "owner", "set", "max", "after", "before", "index", "query", "ping"),
    *("edit", "pause", "resume", "send-now", "skip", "unskip", "revision"),
    *("consent", "allow", "block", "requests", "answer"),
    *("time", "error", "text", "gone", "delay", "x", "invite", "encrypted", "header"),
    *("delegation", "forwarded"),
    *("received", "item-not-found", "iq", "message", "presence", "c", "thread"),
)
ATTRIBUTES = (
    *("type", "id", "from", "to", "template", "var", "policy", "within", "wanted"),
    *("signed", "node", "jid", "stamp", "ver", "{urn:o}a"),
    *("due", "revision", "who", "preview", "max-per-day", "max-ahead", "ref"),
    "verdict",
    "{http://www.w3.org/XML/1998/namespace}lang",
)
RULES = (
    *("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", ";INTERVAL=999"),
    *(";COUNT=1", ";UNTIL=20260102", ";UNTIL=20260102T030405Z", ";BYDAY=MO,TU,WE"),
    *(";BYDAY=1MO,-5SU", ";BYMONTHDAY=31,-1", ";BYMONTH=2", ";BYSETPOS=-1,366"),
    *(";WKST=SU", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"),
)
TIMES = (
    *("2026-03-01T13:00:00Z", "2026-03-29T02:30:00+01:00", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59.9Z", "24:00:00", "-14:00", "PT1H30M", "P1W", "1w2d3h4m5s"),
    *("2026-03-29 02:30", "99999d", "P99999W", "T00:00:60Z"),
)
WORDS = (
    *("set", "get", "result", "error", "chat", "normal", "headline", "groupchat"),
    *("subscribe", "unsubscribe", "unsubscribed", "subscribed", "probe", "unavailable"),
    *("news", "staff", "nix", "theirs", "weekly", "private", "sent", "scheduled"),
    *("everyone", "server", "contacts", "encrypted", "nobody", "ask", "407193"),
    *("approve", "refuse", "evil.example"),
    *("maintenance", "welcome", "start", "end", "summary", "run", "skip", "hold"),
    *("true", "false", "0", "1", "-1", "600", "99999999999999999999", "en", "de-AT"),
    *("Europe/Warsaw", "Pacific/Apia", "UTC", "posix/UTC", "OUR-ID", "wait", "cancel"),
    *("admin@example.org", "pub@example.org", "user@example.org", "reader@example.org"),
    *("eve@evil.example", "announce.example.org", "news@announce.example.org"),
    *(
        "role:admin",
        "a@b@c/d",
        "@",
        "\u202e",
        "\x9b31m",
        "\r\n",
        "\ufffe",
        "\U0001f514",
    ),
    *(f"x@neighbour.example/{one}" for one in RESOURCES.values()),
    *(f"{one}@neighbour.example" for one in LOCALS.values()),
    "x" * 1_100,
)
WORDING = (
    *(
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{% if text_ %}",
        "{% else %}",
        "{% endif %}",
    ),
    *("{{ moment_ | date }}", "| default('x')", "| truncate(3)", "| bullets", "| time"),
    *("| listed", "| hours", "| decimals(2, 0)", "| money('EUR', 0)", "| percent"),
    *("| month", " + duration_", " - moment_", " > ", " == ", " in "),
    *("moment_ - moment_", "duration_ + duration_", "number_ + 1", "'a\\x00'", "not "),
    *("choice_", "boolean_", "recipient", "list_title", "\n---\n", "@maintenance"),
    *("[fields.a]", "languages =", "title.en =", 'type = "line"', "required = true"),
    *("default =", "choices =", "start=", "text_:de=", "line_=", "duration_=90m"),
)
XML_TEXTS = (*WORDS, *TIMES, *RULES)
TEXTS = (
    *TIMES,
    *RULES,
    *WORDING,
    "Europe/Warsaw",
    "Pacific/Apia",
    "\n",
    "a@b",
    "[::1]",
)
