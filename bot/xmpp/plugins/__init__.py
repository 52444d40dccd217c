"""slixmpp stanzas, one module per protocol; they know nothing of the rest of bot."""
