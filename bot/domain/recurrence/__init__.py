"""Recurrence rules (RFC 5545, section 3.3.10) as far as `<recurrence/>` offers them.

recurrence.parse(text) ─► Rule ─► Recurrence(rule, start, zone).matches(after)
                           └────► recurrence.canonical(rule)

rule.py       the rule as data
grammar.py    text to rule
expansion.py  rule to wall times, by dateutil
sequence.py   wall times to moments, in UTC
skipped.py    months without a day that the rule names
words.py      the rule in words, for people
"""

from bot.domain.recurrence.grammar import PARTS, parse, spelt
from bot.domain.recurrence.rule import Freq, Rule, canonical
from bot.domain.recurrence.sequence import (
    Match,
    Recurrence,
    first_or_refuse,
)
from bot.domain.recurrence.words import in_words

__all__ = [
    "PARTS",
    "Freq",
    "Match",
    "Recurrence",
    "Rule",
    "canonical",
    "first_or_refuse",
    "in_words",
    "parse",
    "spelt",
]
