"""slixmpp plugins, one package per protocol; they know nothing of the rest of bot.

Load one with `stream.register_plugin("xep_0506", module="bot.xmpp.plugins.xep_0506")`.
"""
