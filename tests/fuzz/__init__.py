"""Hostile input: each target takes bytes and raises only for a fault of ours."""
