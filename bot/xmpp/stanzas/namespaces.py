"""XML namespaces that several modules speak of."""

CLIENT = "jabber:client"
#: a component's stream (XEP-0114); inside, its stanzas are CLIENT's
COMPONENT = "jabber:component:accept"
#: RFC 6121 §2
ROSTER = "jabber:iq:roster"
#: XEP-0054, and XEP-0153 in presence
VCARD, VCARD_UPDATE = "vcard-temp", "vcard-temp:x:update"
#: XEP-0172, and the node of XEP-0060 that it is told at
NICK = "http://jabber.org/protocol/nick"
#: RFC 6120 §8.3
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
#: what Carillon adds to protocols, and the node of its capabilities
ANNOUNCE = "urn:x-carillon:announce:0"
#: XEP-0506, No-reply JIDs 0.1.0, §3
NOREPLY = "urn:xmpp:noreply:0"
#: XEP-0308 1.2.1, XEP-0424 0.4.2, XEP-0428 0.2.1
CORRECT, RETRACT = "urn:xmpp:message-correct:0", "urn:xmpp:message-retract:1"
FALLBACK = "urn:xmpp:fallback:0"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
