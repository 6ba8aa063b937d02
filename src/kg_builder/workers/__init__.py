"""Child processes with limits: for parsing what nobody vouches for, and for engines that may die.

A child is a fresh interpreter (never a fork of the caller: its other threads hold locks). It is
told a function by its name, so the function stands at the top of a module; what goes in and out is
pickled. The caller's main module is not imported. Ending the child is the one sure way to stop code
that does not return to the interpreter.

single      a child that runs one function and ends, or stands by until there is one to run
mapping     children that run one function on many items
forkserver  a child that prepares what others need, does nothing else, and forks itself for each of
            them, which takes milliseconds: a server's children
"""

from kg_builder.workers.forkserver import Forked, ForkServer
from kg_builder.workers.mapping import map_in_children
from kg_builder.workers.single import Standby, run_in_child

__all__ = ["ForkServer", "Forked", "Standby", "map_in_children", "run_in_child"]
