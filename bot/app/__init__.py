"""The composition root: settings become objects, wired here and nowhere else.

configured.py what is configured, as parts
wiring.py    the use cases over the database, for every door
running.py   the service while it runs: connection, loops, and their end
observing.py what happens, to the log (journal.py) and the metrics
vitals.py    how the service is: metrics, health, their web pages
visiting.py  a session that lasts only as long as somebody looks
setup/       what `carillon init` does
checks/      what `carillon check` verifies
snippets.py  what the XMPP server is to be configured with
"""
