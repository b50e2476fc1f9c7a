// SPDX-License-Identifier: GPL-2.0-only
/// rcu_dereference() belongs into a read-side section of the same function. Where the caller holds it, or a lock, say which:
/// rcu_dereference_check(), rcu_dereference_protected(), or the condition argument of list_for_each_entry_rcu().
// Rooms: engine transport netlink report

virtual report

@covered exists@
position p;
identifier enter =~ "^(rcu_read_lock(_bh|_sched)?|guard_rcu|srcu_read_lock)$";
identifier leave =~ "^(rcu_read_unlock(_bh|_sched)?|srcu_read_unlock)$";
expression x;
@@
enter(...);
... when != leave(...);
rcu_dereference@p(x)

@each_covered exists@
position p;
identifier enter =~ "^(rcu_read_lock(_bh|_sched)?|guard_rcu|srcu_read_lock)$";
identifier leave =~ "^(rcu_read_unlock(_bh|_sched)?|srcu_read_unlock)$";
iterator each =~ "^list_for_each_entry(_continue)?_rcu$";
expression c, h, m;
statement S;
@@
enter(...);
... when != leave(...);
each@p(c, h, m) S

@in_scope@
position p;
expression x;
iterator name for_each_scoped_guard;
identifier rcu =~ "^s?rcu$";
@@
for_each_scoped_guard(rcu, ...) { <... rcu_dereference@p(x) ...> }

@naked@
position p != {covered.p, in_scope.p};
expression x;
@@
rcu_dereference@p(x)

@script:python depends on report@
p << naked.p;
@@
coccilib.report.print_report(p[0], "rcu_dereference() outside of rcu_read_lock() of this function")

@each_naked@
position p != each_covered.p;
iterator each =~ "^list_for_each_entry(_continue)?_rcu$";
expression c, h, m;
statement S;
@@
each@p(c, h, m) S

@script:python depends on report@
p << each_naked.p;
each << each_naked.each;
@@
coccilib.report.print_report(p[0], "%s() outside of rcu_read_lock() of this function" % each)
