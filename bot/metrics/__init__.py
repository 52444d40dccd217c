"""Prometheus series of a running service; docs/reference/metrics.md lists them.

counts.py   counters and histograms, moved by events
gauges.py   what is read where it is, at each scrape
page.py     all of it as text

Names follow https://prometheus.io/docs/practices/naming/. No series has a label
that grows with users: of people there are only counts.
"""
