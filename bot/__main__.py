"""`python -m bot` is `carillon`."""

from bot.cli import main

main()
