"""Standard input and output as this program was given them: perhaps not at all."""

from typing import TextIO


def is_terminal(stream: TextIO | None) -> bool:
    """None, as Python has it where the program was started with it closed, is none."""
    return stream is not None and stream.isatty()
