// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core as a module: DRBD's engine uses it, and so do its KUnit tests, which
 * need neither a network nor the engine.
 */

#include <linux/module.h>

MODULE_DESCRIPTION("Logic of DRBD");
MODULE_LICENSE("GPL");
