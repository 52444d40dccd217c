"""One announcement to many, beside a raw writer: how fast, at what cost.

A run takes a server (Prosody or ejabberd) and a way to connect (component or
account). Rounds go A B A B: raw, Carillon, raw, Carillon. Both say the same
bytes to the same addresses over the same kind of connection:

* The readers are distinct addresses at two other components, whose sockets a
  process of its own drains and counts (`sinks`). So the server parses, routes and
  writes each stanza, and keeps nothing.
* `raw` writes stanzas serialised beforehand, 64 KiB a write, and ends with the
  acknowledgement that Carillon uses as well: a ping to itself, or XEP-0198.
* Carillon is `carillon run` as it is shipped, on SQLite, scheduled through its
  command line; only the event loop's selector is a measuring one (`monitored`).
"""
