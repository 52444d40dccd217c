"""`make bench`: every benchmark, with what each measures by default."""

from benchmarks.fanout.__main__ import main

main()
