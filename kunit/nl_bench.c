// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bench for tests of the netlink dialects: a socket, and what it takes to use it
 */

#include <linux/cred.h>
#include <linux/file.h>
#include <linux/net.h>
#include <net/net_namespace.h>

#include "nl_bench.h"

static void set_option(struct nl_bench *b, int option, int value)
{
	int err = b->sock->ops->setsockopt(b->sock, SOL_NETLINK, option, KERNEL_SOCKPTR(&value),
					   sizeof(value));

	KUNIT_ASSERT_EQ(b->test, err, 0);
}

/* What generic netlink says about the family, to its number */
static void find_family(struct nl_bench *b, const char *family)
{
	struct nlattr *attr, *group;
	struct nlmsghdr *msg;

	b->id = GENL_ID_CTRL;
	b->version = 1;
	b->hdrsize = 0;
	nl_begin(b, CTRL_CMD_GETFAMILY, 0);
	KUNIT_ASSERT_EQ(b->test, nla_put_string(b->skb, CTRL_ATTR_FAMILY_NAME, family), 0);
	KUNIT_ASSERT_EQ(b->test, nl_send(b), 0);
	msg = nl_receive(b);
	KUNIT_ASSERT_NOT_NULL(b->test, msg);
	attr = nl_find(b, msg, 1, CTRL_ATTR_FAMILY_ID);
	KUNIT_ASSERT_NOT_NULL(b->test, attr);
	b->id = nla_get_u16(attr);
	b->version = nla_get_u32(nl_find(b, msg, 1, CTRL_ATTR_VERSION));
	group = nl_find(b, msg, 2, CTRL_ATTR_MCAST_GROUPS, 1);
	KUNIT_ASSERT_NOT_NULL(b->test, group);
	attr = nla_find_nested(group, CTRL_ATTR_MCAST_GRP_NAME);
	KUNIT_EXPECT_STREQ(b->test, nla_data(attr), "events");
	b->group = nla_get_u32(nla_find_nested(group, CTRL_ATTR_MCAST_GRP_ID));
	b->hdrsize = nla_get_u32(nl_find(b, msg, 1, CTRL_ATTR_HDRSIZE));
}

int nl_bench_init(struct kunit *test, unsigned int dialects, const char *family)
{
	struct nl_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->test = test;
	b->buffer = kunit_kmalloc(test, NL_BUFFER, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b->buffer);
	nl_engine_reset();
	nl_engine.refs = 0;
	err = drbd_nl_register(&nl_commands, dialects);
	/* The name is taken if the kernel has DRBD 8.4. */
	if (err == -EEXIST)
		kunit_skip(test, "family %s is in use", family);
	KUNIT_ASSERT_EQ(test, err, 0);
	test->priv = b;
	KUNIT_ASSERT_EQ(test, 0, sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW,
						  NETLINK_GENERIC, &b->sock));
	/* Generic netlink wants to know who opened it. */
	b->file = sock_alloc_file(b->sock, O_NONBLOCK, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(b->file));
	set_option(b, NETLINK_EXT_ACK, 1);
	set_option(b, NETLINK_CAP_ACK, 1);
	find_family(b, family);
	return 0;
}

void nl_bench_exit(struct kunit *test)
{
	struct nl_bench *b = test->priv;

	if (!b)
		return;
	kfree_skb(b->skb);
	if (!IS_ERR_OR_NULL(b->file)) {
		fput(b->file);
		flush_delayed_fput();
	}
	drbd_nl_unregister();
	KUNIT_EXPECT_EQ(test, nl_engine.refs, 0);
}

/* Begins a request; its fixed header */
void *nl_begin(struct nl_bench *b, u8 cmd, u16 flags)
{
	struct genlmsghdr *genl;

	kfree_skb(b->skb);
	b->skb = nlmsg_new(NL_BUFFER, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(b->test, b->skb);
	b->header = nlmsg_put(b->skb, 0, ++b->seq, b->id, GENL_HDRLEN + b->hdrsize,
			      NLM_F_REQUEST | flags);
	KUNIT_ASSERT_NOT_NULL(b->test, b->header);
	genl = nlmsg_data(b->header);
	memset(genl, 0, GENL_HDRLEN + b->hdrsize);
	genl->cmd = cmd;
	genl->version = b->version;
	return (void *)genl + GENL_HDRLEN;
}

struct nlattr *nl_nest(struct nl_bench *b, int attr)
{
	struct nlattr *nest = nla_nest_start(b->skb, attr);

	KUNIT_ASSERT_NOT_NULL(b->test, nest);
	return nest;
}

int nl_send(struct nl_bench *b)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct kvec vec;
	int sent;

	nlmsg_end(b->skb, b->header);
	vec.iov_base = b->skb->data;
	vec.iov_len = b->skb->len;
	sent = kernel_sendmsg(b->sock, &msg, &vec, 1, vec.iov_len);
	return sent == vec.iov_len ? 0 : sent;
}

void nl_listen(struct nl_bench *b)
{
	set_option(b, NETLINK_ADD_MEMBERSHIP, b->group);
}

/* The next message, NULL if there is none */
struct nlmsghdr *nl_receive(struct nl_bench *b)
{
	struct nlmsghdr *msg = b->next;

	if (!msg || !nlmsg_ok(msg, b->left)) {
		struct msghdr head = { };
		struct kvec vec = { .iov_base = b->buffer, .iov_len = NL_BUFFER };

		b->next = NULL;
		b->left = kernel_recvmsg(b->sock, &head, &vec, 1, NL_BUFFER, MSG_DONTWAIT);
		msg = (struct nlmsghdr *)b->buffer;
		if (b->left <= 0 || !nlmsg_ok(msg, b->left))
			return NULL;
	}
	b->next = nlmsg_next(msg, &b->left);
	return msg;
}

void nl_drain(struct nl_bench *b)
{
	while (nl_receive(b))
		;
}

/* Goes on without a capability, or NL_ALL_CAPS, until nl_restore() */
const struct cred *nl_drop(struct kunit *test, int cap)
{
	struct cred *new = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, new);
	if (cap == NL_ALL_CAPS)
		cap_clear(new->cap_effective);
	else
		cap_lower(new->cap_effective, cap);
	return override_creds(new);
}

void nl_restore(const struct cred *old)
{
	put_cred(revert_creds(old));
}

/* An attribute by the numbers of the nests around it, and its own */
struct nlattr *nl_find(struct nl_bench *b, struct nlmsghdr *msg, int depth, ...)
{
	struct nlattr *attr = NULL;
	va_list types;
	int type;

	va_start(types, depth);
	for (; depth; depth--) {
		type = va_arg(types, int);
		attr = attr ? nla_find_nested(attr, type) :
			nlmsg_find_attr(msg, GENL_HDRLEN + b->hdrsize, type);
		if (!attr)
			break;
	}
	va_end(types);
	return attr;
}

u8 nl_cmd(const struct nlmsghdr *msg)
{
	return ((struct genlmsghdr *)nlmsg_data(msg))->cmd;
}

/* The errno of a message that is an error; 1 if it is none */
int nl_error(struct nl_bench *b, struct nlmsghdr *msg)
{
	if (!msg)
		return 2;
	return msg->nlmsg_type == NLMSG_ERROR ?
		((struct nlmsgerr *)nlmsg_data(msg))->error : 1;
}

const struct nlattr *nl_error_attr(struct nl_bench *b, struct nlmsghdr *msg, int type)
{
	return nlmsg_find_attr(msg, sizeof(struct nlmsgerr), type);
}

const char *nl_error_text(struct nl_bench *b, struct nlmsghdr *msg)
{
	const struct nlattr *attr = nl_error_attr(b, msg, NLMSGERR_ATTR_MSG);

	return attr ? nla_data(attr) : "";
}
