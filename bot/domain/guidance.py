"""Where people find what they can do and whom they can ask, in the words that everybody
reads who looks for it: whoever is refused, looks at a contact, sets the service up.
"""

from bot.domain.phrase import Phrase


def commands_at(address: str) -> Phrase:
    """`address`: of the service or a list."""
    return Phrase(
        "To see what you can do, open the commands of {address} in your client's menu,"
        " or type {command}.",
        address=address,
        command=f"/cmd list {address}",
    )


def turn_to(contact: str) -> Phrase:
    """`contact`: whom or what, as it stands in a sentence."""
    return Phrase("For questions, turn to {contact}.", contact=contact)
