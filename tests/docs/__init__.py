"""What keeps the pages in docs/ true; `python -m tests.docs` writes their tables."""
