"""What the service shows over HTTP, in its own process and event loop.

pages.py    what is at which path
feeds.py    of these, what everybody may read
server.py   a socket and uvicorn, which neither ends the service nor outlives it
"""
