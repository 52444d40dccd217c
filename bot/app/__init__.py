"""The composition root: settings become objects, wired here and nowhere else.

service.py   the use cases, for every door
running.py   the service while it runs: connection, loops, and their end
probe.py     a login that is only tried
"""
