"""What breaks a service for real, at length: `make drill`, not `make test`.

A drill is a test in a file `drill_*.py`, which `pytest` passes over unless told.
"""
