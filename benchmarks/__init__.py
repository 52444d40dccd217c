"""Measurements on private servers: `make bench`, docs/performance.md."""
