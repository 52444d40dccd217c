"""Real, private servers for tests, demo and benchmarks.

>>> with Prosody() as server:               # doctest: +SKIP
...     server.register("alice", "pw")
...     connect(f"alice@{server.domain}", server.host, server.c2s_port)

A server runs as a child of this process, listens on 127.0.0.1 only, keeps
everything in a temporary folder, and ends with the process that started it,
however that one ends. Start servers from the main thread: a server also ends
with the *thread* that started it.
"""
