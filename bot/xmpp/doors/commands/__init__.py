"""Ad-hoc commands (XEP-0050): the dialogues, for whoever has an XMPP client."""
