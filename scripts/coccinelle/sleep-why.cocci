// SPDX-License-Identifier: GPL-2.0-only
/// A fixed delay is almost always a missing wake-up. One that has a reason says it: a comment on its line or on
/// the line before.
// Rooms: all

virtual report

@r@
identifier f =~ "^((m|u|f|s)sleep(_.*|_range.*)?|usleep_range.*|schedule_timeout.*|[mun]delay)$";
position p;
@@
f@p(...)

@script:python depends on report@
p << r.p;
f << r.f;
@@
with open(p[0].file) as source:
    near = source.readlines()[max(0, int(p[0].line) - 2):int(p[0].line)]
if not any(mark in line for line in near for mark in ("/*", "*/", "//")):
    coccilib.report.print_report(p[0], "%s() without a comment on why it waits" % f)
