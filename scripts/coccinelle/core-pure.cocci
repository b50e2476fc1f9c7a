// SPDX-License-Identifier: GPL-2.0-only
/// core/ decides, engine/ acts: plain data in, decision out. So nothing in core/ takes a lock, sleeps, allocates,
/// counts references, does I/O, prints, looks at the clock, draws a random number or keeps a variable of its own.
// Rooms: core

virtual report

@initialize:python@
@@
import re

IMPURE = re.compile(r"""_*(
    # locks, RCU, per-cpu
    guard_\w+ | (raw_)?(spin|read|write|seq)_(try)?(un)?lock\w* | (read|write)_seq\w+ | seqcount_\w+ |
    DEFINE_(MUTEX|SPINLOCK|IDA|IDR|PER_CPU) | (mutex|rwsem|lockdep|s?rcu|synchronize|percpu|sema)_\w+ |
    rwlock_init | (down|up)(_(read|write|trylock|interruptible|killable|timeout)\w*)? | call_s?rcu |
    local_(irq|bh|lock|try|unlock|inc|dec|add|sub|set|read|clock)\w* | (preempt|this_cpu|raw_cpu)_\w+ |
    # sleeping, waking, deferring
    complete(_all)? | (init|wait_for)_completion\w* | wait_(event|on|var)\w* | wake_up\w* | swake_\w+ |
    (prepare_to|finish)_wait\w* | schedule(_timeout\w*|_work\w*|_delayed_work\w*)? | (k|h?r?)timer_\w+ | kthread_\w+ |
    ((mod|queue|cancel|flush|enable|disable)_(delayed_)?work\w*) | INIT_(DELAYED_)?WORK | (mod|add|del)_timer\w* |
    cond_resched\w* | might_(sleep|alloc)\w* | call_usermodehelper\w* | ([mfs]|u|n)sleep\w* | [mun]delay |
    # memory and references
    (k|v|kv)[mzc]?(m|z|c|re)?alloc\w* | (k|v|kv)free\w* | free(_\w+)? | k(mem|str)dup\w* | kasprintf | mempool_\w+ | kmem_cache_\w+ |
    (alloc|free|get)_\w*pages?\w* | (kref|refcount|atomic|atomic64|atomic_long)_\w+ |
    # devices, sockets, netlink
    (submit_)?bios?(_\w+)? | blk(dev)?_\w+ | sock_\w+ | kernel_(send|recv|sock)\w+ | skb_\w+ | nla_\w+ | genl\w+ |
    # messages
    printk\w* | pr_(emerg|alert|crit|err|warn|notice|info|debug|devel|cont)\w* |
    dev_(emerg|alert|crit|err|warn|notice|info|dbg)\w* | trace_\w+ | dump_stack |
    # time and chance
    k?time_(get|before|after|is)\w* | get_jiffies_64 | [nmu]?secs_to_jiffies | get_random_\w+ | prandom_\w+
)""", re.X)


def state(p, name, ctype, static=None):
    """Report a writable variable of the file or (static is true) of a function."""
    if static is None:
        static = p[0].current_element == name
    prototype = "(" in ctype and "( *" not in ctype and "(*" not in ctype
    if static and not prototype and "const" not in ctype.split("*")[-1].split():
        coccilib.report.print_report(p[0], "core/ has no globals: %s can be written" % name)


@call@
identifier f;
position p;
@@
f@p(...)

@script:python depends on report@
p << call.p;
f << call.f;
@@
if IMPURE.fullmatch(f):
    coccilib.report.print_report(p[0], "core/ is pure: %s() belongs to engine/" % f)

// scripts/lint writes scoped_guard() as an iterator, which is what the parser of Debian's coccinelle knows.
@scoped@
iterator name for_each_scoped_guard;
statement S;
position p;
@@
for_each_scoped_guard@p(...) S

@script:python depends on report@
p << scoped.p;
@@
coccilib.report.print_report(p[0], "core/ is pure: scoped_guard() belongs to engine/")

@machine@
identifier x =~ "^(jiffies|jiffies_64|current|init_net|system_[a-z]*_?wq)$";
position p;
@@
x@p

@script:python depends on report@
p << machine.p;
x << machine.x;
@@
coccilib.report.print_report(p[0], "core/ is pure: %s is the time or the state of the machine" % x)

// A writable variable that outlives the call: at file scope the "function" it is in has its own name.
@plain@
type T;
identifier v;
position p;
@@
T v@p;

@script:python depends on report@
p << plain.p;
v << plain.v;
T << plain.T;
@@
state(p, v, T)

@initialised@
type T;
identifier v;
initializer e;
position p;
@@
T v@p = e;

@script:python depends on report@
p << initialised.p;
v << initialised.v;
T << initialised.T;
@@
state(p, v, T)

@kept@
type T;
identifier v;
position p;
@@
static T v@p;

@script:python depends on report@
p << kept.p;
v << kept.v;
T << kept.T;
@@
state(p, v, T, p[0].current_element != v)

@keptinit@
type T;
identifier v;
initializer e;
position p;
@@
static T v@p = e;

@script:python depends on report@
p << keptinit.p;
v << keptinit.v;
T << keptinit.T;
@@
state(p, v, T, p[0].current_element != v)
