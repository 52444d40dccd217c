"""Everything that can be asked; a module for each noun, and `everything` for all.

A new verb is a `Verb` in one of them, with its fields and its steps, and stands in
its `VERBS`; `tests/permissions` holds it to the permission table, `tests/desk` its
fields to what the steps are given.
"""
