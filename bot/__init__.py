"""Carillon: scheduled announcements for XMPP."""
