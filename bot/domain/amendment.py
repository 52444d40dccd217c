"""What is done about a broadcast that some have heard already."""

from enum import StrEnum


class Amendment(StrEnum):
    """Of a schedule, and of its broadcast, that goes to those whom another broadcast
    reached, and to nobody else.
    """

    #: they are told the whole content anew, in place of what they were told (XEP-0308)
    CORRECT = "correct"
    #: they are told that it holds no more (XEP-0424)
    RETRACT = "retract"
