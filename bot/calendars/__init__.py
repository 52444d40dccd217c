"""Calendars of holidays, read from iCalendar files.

files.py    which there are, read once and kept
events.py   what a file says, as whole days and spans of time
"""
