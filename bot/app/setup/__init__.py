"""What `carillon init` does.

neighbours.py  which XMPP server runs on this machine
answers.py     what was asked, and the configuration that comes of it
writing.py     files that are there as a whole or not at all
greeting.py    the first announcement, to the admin
"""
