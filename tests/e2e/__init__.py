"""The real service as a process of its own, on real servers."""
