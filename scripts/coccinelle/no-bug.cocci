// SPDX-License-Identifier: GPL-2.0-only
/// A replicated disk must not take the machine down: refuse the packet, drop the connection or detach, and say so with
/// WARN_ON_ONCE(). BUILD_BUG_ON() is welcome.
// Rooms: all

virtual report

@r@
identifier f =~ "^(BUG|BUG_ON|VM_BUG_ON|panic|emergency_restart)$";
position p;
@@
f@p(...)

@script:python depends on report@
p << r.p;
f << r.f;
@@
coccilib.report.print_report(p[0], "%s() stops the machine: handle it, or WARN_ON_ONCE()" % f)
