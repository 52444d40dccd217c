"""Feeds for when XMPP is down: what is public, as files that any web server shows.

outage.py    XEP-0455, one JSON object
calendar.py  iCalendar, a list's windows
atom.py      Atom, all that a list says
document.py  a finished file, and what it is to HTTP
making.py    rows to all documents, what has not changed made once
folder.py    documents to files, each there as a whole
publisher.py the loop: looks, makes, writes, shows

The makers are pure: the same rows give the same bytes. Windows, incidents and what was
sent come in as `bot.domain.feeds` has them.
"""
