// SPDX-License-Identifier: GPL-2.0-only
/// An allocation may write out dirty pages, and those may belong to the very device that waits for the allocation.
/// So everything that can be reached from the write-out path uses GFP_NOIO or less. Only netlink/ (admin commands,
/// process context, before the device exists or with memalloc_noio_save()) may use GFP_KERNEL.
// Rooms: core engine transport report

virtual report

@flag@
identifier x =~ "^GFP_(KERNEL|KERNEL_ACCOUNT|USER|HIGHUSER.*|NOFS)$";
position p;
@@
x@p

@script:python depends on report@
p << flag.p;
x << flag.x;
@@
coccilib.report.print_report(p[0], "%s can recurse into the device: use GFP_NOIO" % x)

// The flags of kmalloc_obj() and friends are optional and GFP_KERNEL when left out.
@one@
identifier f =~ "^k(v)?(m|z)alloc_obj$";
expression x;
position p;
@@
f@p(x)

@script:python depends on report@
p << one.p;
f << one.f;
@@
coccilib.report.print_report(p[0], "%s() without flags means GFP_KERNEL: pass GFP_NOIO" % f)

@typed@
identifier f =~ "^k(v)?(m|z)alloc_obj$";
type T;
position p;
@@
f@p(T)

@script:python depends on report@
p << typed.p;
f << typed.f;
@@
coccilib.report.print_report(p[0], "%s() without flags means GFP_KERNEL: pass GFP_NOIO" % f)

@many@
identifier f =~ "^k(v)?(m|z)alloc_objs$";
expression x, n;
position p;
@@
f@p(x, n)

@script:python depends on report@
p << many.p;
f << many.f;
@@
coccilib.report.print_report(p[0], "%s() without flags means GFP_KERNEL: pass GFP_NOIO" % f)

@flex@
identifier f =~ "^k(v)?(m|z)alloc_flex$";
expression x, m, n;
position p;
@@
f@p(x, m, n)

@script:python depends on report@
p << flex.p;
f << flex.f;
@@
coccilib.report.print_report(p[0], "%s() without flags means GFP_KERNEL: pass GFP_NOIO" % f)

@fixed@
identifier f =~ "^(vmalloc|vzalloc|vcalloc|vmalloc_array|alloc_percpu|vmalloc_user)$";
position p;
@@
f@p(...)

@script:python depends on report@
p << fixed.p;
f << fixed.f;
@@
coccilib.report.print_report(p[0], "%s() always means GFP_KERNEL" % f)
