"""Recurrence rules (RFC 5545, section 3.3.10) as far as `<recurrence/>` offers them.

recurrence.parse(text) ─► Rule ─► recurrence.first(rule, deliver_at, zone)
                           │      recurrence.next_after(rule, anchor, zone, after)
                           └────► recurrence.canonical(rule)

rule.py      the rule as data
grammar.py   text to rule
days.py      the days of one day, week, month or year that a rule picks
sequence.py  the moments, in UTC
"""

from bot.domain.recurrence.grammar import parse
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
