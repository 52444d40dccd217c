"""Recurrence rules (RFC 5545, section 3.3.10) as far as `<recurrence/>` offers them.

recurrence.parse(text) ─► Rule ─► recurrence.first(rule, deliver_at, zone)
                           │      recurrence.next_after(rule, anchor, zone, after)
                           └────► recurrence.canonical(rule)

rule.py       the rule as data
grammar.py    text to rule
expansion.py  rule to wall times, by dateutil
sequence.py   wall times to moments, in UTC
skipped.py    months without a day that the rule names
"""

from bot.domain.recurrence.grammar import PARTS, parse
from bot.domain.recurrence.rule import Freq, Rule, canonical
from bot.domain.recurrence.sequence import (
    LOOK_AHEAD,
    Match,
    Recurrence,
    first,
    first_or_refuse,
    next_after,
)

__all__ = [
    "LOOK_AHEAD",
    "PARTS",
    "Freq",
    "Match",
    "Recurrence",
    "Rule",
    "canonical",
    "first",
    "first_or_refuse",
    "next_after",
    "parse",
]
