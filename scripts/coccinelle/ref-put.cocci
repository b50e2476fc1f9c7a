// SPDX-License-Identifier: GPL-2.0-only
/// A reference taken in a function (x = ..._get(), ..._find() or ..._lookup()) and checked is put, returned or handed on
/// along every way out, the error returns included.
// Rooms: engine transport netlink report tests

virtual report

@leak exists@
identifier get =~ "^[a-z0-9_]+_(get|find|lookup)(_by_[a-z_]+)?(?<!_rcu)$";
identifier put =~ "^([a-z0-9_]*_put|put_[a-z0-9_]+)$";
local idexpression x;
expression E, failed;
position q;
@@
x = get(...);
... when != E = x
if (\(x == NULL\|IS_ERR(x)\|IS_ERR_OR_NULL(x)\)) { ... return ...; }
... when != put(..., <+...x...+>, ...)
    when != E = x
    when != x = E
(
return <+...x...+>;
|
return@q failed;
)

@script:python depends on report@
q << leak.q;
x << leak.x;
get << leak.get;
@@
coccilib.report.print_report(q[0], "%s from %s() is not put on this way out" % (x, get))

@leak_init exists@
identifier get =~ "^[a-z0-9_]+_(get|find|lookup)(_by_[a-z_]+)?(?<!_rcu)$";
identifier put =~ "^([a-z0-9_]*_put|put_[a-z0-9_]+)$";
type T;
identifier x;
expression E, failed;
position q;
@@
T x = get(...);
... when != E = x
if (\(x == NULL\|IS_ERR(x)\|IS_ERR_OR_NULL(x)\)) { ... return ...; }
... when != put(..., <+...x...+>, ...)
    when != E = x
    when != x = E
(
return <+...x...+>;
|
return@q failed;
)

@script:python depends on report@
q << leak_init.q;
x << leak_init.x;
get << leak_init.get;
@@
coccilib.report.print_report(q[0], "%s from %s() is not put on this way out" % (x, get))
