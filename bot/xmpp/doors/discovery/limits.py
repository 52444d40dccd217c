"""What requests may ask for, as the form of the draft, §4 (XEP-0128).

docs/conformance.md, Discovery and delivery: form
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.recurrence import PARTS
from bot.service.rules.policy import Limits
from bot.xmpp.stanzas.namespaces import ANNOUNCE


def form(limits: Limits) -> Mapping[str, str | Sequence[str]]:
    """Field -> its value or values.

    Everybody is told the same, users' limits, though those of other roles may be
    wider: the form is part of what capabilities name (XEP-0115).
    """
    # 0 is no limit, so there is nothing to tell
    quotas = {
        "max-pending": limits.pending,
        # what the draft's own form does not name (XEP-0068 §3.3)
        f"{{{ANNOUNCE}}}requests-per-minute": limits.requests_per_minute,
        f"{{{ANNOUNCE}}}deliveries-per-day": limits.deliveries_per_day,
    }
    return {
        "max-window": str(limits.window // timedelta(seconds=1)),
        "max-body": str(limits.body),
        # the kinds of recurrence stand for the part that names them
        "recurrence": (*limits.frequencies, *(one for one in PARTS if one != "FREQ")),
        "signing": "none",
        f"{{{ANNOUNCE}}}max-subject": str(limits.subject),
        **{name: str(most) for name, most in quotas.items() if most},
    }
