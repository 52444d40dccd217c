"""`make demo`: an announcement from its scheduling to its readers, for the eyes.

A private Prosody on loopback, the bot as its component on SQLite, two readers and
an admin, all in this process or children of it, in a temporary folder. It ends by
itself: 0 when everything happened that is shown, 1 with the reason otherwise.
"""


class DemoError(Exception):
    """Something expected did not happen; the text says what."""
