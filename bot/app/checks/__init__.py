"""What can be verified, each part for itself: one that cannot run says why.

finding.py   short ways to say what a check found
files.py     the configuration, its file and others, database, templates, zones
server.py    DNS, port, TLS: what needs no login
session.py   what a session of our own shows: rights, clock, send rate
feeds.py     where feeds are written, and whether people find them
people.py    messages between people: what each server lets us do
fitting.py   whether its module and this release fit
outside.py   how others see the running service: no-reply and capabilities
everything.py  all of them in order
"""
