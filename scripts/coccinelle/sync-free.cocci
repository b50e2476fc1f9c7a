// SPDX-License-Identifier: GPL-2.0-only
/// timer_delete() and cancel_work() do not wait for a handler that is running: what is freed after them is freed under
/// its feet. Use the _sync variants (or timer_shutdown_sync()) before the memory goes.
// Rooms: all

virtual report

@r exists@
identifier stop =~ "^(timer_delete|timer_shutdown|cancel_(delayed_)?work|hrtimer_try_to_cancel)$";
identifier sync =~ "^(timer_delete_sync|timer_shutdown_sync|hrtimer_cancel|(cancel|disable)_(delayed_)?work_sync|flush_(delayed_)?work)$";
identifier drop =~ "^(k|kv)?free(_rcu|_sensitive)?$";
expression x;
identifier m;
position p;
@@
stop(&x->m);
... when != sync(&x->m)
    when != x = ...
drop@p(x, ...)

@script:python depends on report@
p << r.p;
stop << r.stop;
m << r.m;
@@
coccilib.report.print_report(p[0], "freed after %s() of its %s, which may still run: use the _sync variant" % (stop, m))
