// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which dialects user space is offered
 *
 * Two families of the same name cannot be there at the same time, so the engine has
 * to choose between the versions of family drbd; drbd2 goes with either.
 */

#include <linux/capability.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "netlink.h"

const struct drbd_nl_dialect *const drbd_nl_dialects[] = {
	&drbd_nl_drbd2,
	&drbd_nl_drbd_v2,
	NULL
};

static unsigned int registered;

/**
 * drbd_nl_admin() - whether the caller may see secrets
 *
 * Return: true if it has CAP_SYS_ADMIN in the initial user namespace.
 */
bool drbd_nl_admin(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/**
 * drbd_nl_unregister() - do not offer any dialect any more
 *
 * Waits for requests and pieces of lists that use the engine. Lists that are not
 * at their end get an error later.
 *
 * Context: process context, without locks that commands take
 */
void drbd_nl_unregister(void)
{
	const struct drbd_nl_dialect *const *dialect;

	drbd_nl_events_to(0);
	/* Waits for commands, which may send events */
	for (dialect = drbd_nl_dialects; *dialect; dialect++)
		if (registered & (*dialect)->bit)
			genl_unregister_family((*dialect)->family);
	registered = 0;
	drbd_nl_set_engine(NULL);
}
EXPORT_SYMBOL_GPL(drbd_nl_unregister);

/**
 * drbd_nl_register() - offer dialects to user space
 * @commands: the engine
 * @dialects: DRBD_NL_* of the dialects
 *
 * Context: process context, one call at a time
 * Return: 0; -EINVAL for both versions of family drbd, -EOPNOTSUPP for one that
 *	does not exist, -EBUSY if there is an engine, or an error of netlink.
 */
int drbd_nl_register(const struct drbd_commands *commands, unsigned int dialects)
{
	const struct drbd_nl_dialect *const *dialect;
	unsigned int known = 0;
	int err;

	for (dialect = drbd_nl_dialects; *dialect; dialect++)
		known |= (*dialect)->bit;
	if (dialects & DRBD_NL_DRBD_V1 && dialects & DRBD_NL_DRBD_V2)
		return -EINVAL;
	if (!dialects || dialects & ~known)
		return -EOPNOTSUPP;
	if (drbd_nl_commands)
		return -EBUSY;
	drbd_nl_set_engine(commands);
	for (dialect = drbd_nl_dialects; *dialect; dialect++) {
		if (!(dialects & (*dialect)->bit))
			continue;
		if ((*dialect)->generated)
			*(*dialect)->family = *(*dialect)->generated;
		err = genl_register_family((*dialect)->family);
		if (err) {
			drbd_nl_unregister();
			return err;
		}
		registered |= (*dialect)->bit;
		drbd_nl_events_to(registered);
	}
	return 0;
}
EXPORT_SYMBOL_GPL(drbd_nl_register);

MODULE_DESCRIPTION("Netlink families of DRBD");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DRBD_CORE");
