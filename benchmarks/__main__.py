"""`make bench`: every benchmark, with what each measures by default."""

from benchmarks.fanout.__main__ import main as fanout
from benchmarks.imports.__main__ import main as imports
from benchmarks.modules.__main__ import main as modules
from benchmarks.start.__main__ import main as start

start()
imports()
modules()
fanout()
