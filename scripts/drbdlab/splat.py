"""What a kernel must never print, and where it was printed."""

import re

# (What kmemleak suspects is judged by its list, see Machine.kmemleak(), not by its line on the console.)
# The first line of a splat. Each alternative is a message of the kernel's own checkers.
SPLAT = re.compile(r"""
    \bWARNING:\s | \bBUG:\s | \bkernel\ BUG\ at\b | \bOops\b | Kernel\ panic | general\ protection
  | INFO:\ task\ .*blocked\ for\ more | INFO:\ rcu\b.*(stall|self-detected) | rcu:\ INFO:
  | possible\ (recursive\ locking|circular\ locking|irq\ lock\ inversion|deadlock)
  | inconsistent\ lock\ state | \bINFO:\ trying\ to\ register\ non-static\ key
  | suspicious\ RCU\ usage | bad\ unlock\ balance | held\ lock\ freed | lock\ held\ when\ returning
  | UBSAN: | KASAN: | refcount_t: | ODEBUG: | list_(add|del)\ corruption
  | scheduling\ while\ atomic | sleeping\ function\ called | Call\ Trace:
  | unregister_netdevice:\ waiting | soft\ lockup | hard\ LOCKUP | watchdog:\ BUG
  | DEBUG_LOCKS_WARN_ON | ASSERTION\ .*FAILED | stack\ end\ corrupted | Unable\ to\ handle
  | slab\ error | Slab\ .*still\ has\ | objects\ remaining
""", re.X)

# Lines that look like one and are not the driver's: every entry says why.
HARMLESS = (
    # a tcg guest's clock sources may drift; says nothing about the code under test
    re.compile(r"clocksource: .*WARNING|TSC.*unstable"),
)


class Splat(Exception):
    """A kernel complained on its console."""


def find_splats(text, context=45):
    """Yield excerpts of `text` (a console log) that begin with a splat's first line."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        if SPLAT.search(line) and not any(h.search(line) for h in HARMLESS):
            yield "\n".join(lines[max(0, number - 2):number + context])
            number += context
        else:
            number += 1
