"""What the servers' modules hand over (`urn:x-carillon:announce:0`), as IQs.

handover.py   who may hand over, and the one message in it
messages.py   a message with <schedule/>, read into a request
divert.py     the door for these
bounces.py    the door for what was delivered in somebody's name and came back
"""
