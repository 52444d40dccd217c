"""What the service asks of the XMPP servers whose users it may speak for.

offers.py     what a server lets us do: its module mod_carillon, or XEP-0356
uploads.py    for how long a server keeps its people's files
standings.py  how a recipient stands to a sender
courier.py    messages handed over, and what became of each
post.py       the engine's wire: letters to the courier, all else to the connection
"""
