"""The command line; `main` is the program `carillon`."""

from bot.cli.program import main

__all__ = ["main"]
