// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks of the cluster simulation
 *
 * A disk has a content for each block, a number that no other write has. A write that
 * is complete is in a volatile cache. When power fails, each block in there is kept or
 * lost, and so is each write that was not complete. A flush makes durable what was
 * complete when it was submitted. Requests complete in any order.
 *
 * Metadata is written at once, as bytes. Its writes, except those of the bitmap, have
 * a preflush: metadata and data are on the same disk.
 */
#include <linux/slab.h>

#include "sim_world.h"

#define DISK_REQS	192

enum disk_op {
	DISK_READ,
	DISK_WRITE,
	DISK_FLUSH,
};

/**
 * struct disk_req - a request
 * @op: what to do
 * @fua: a write to be durable when it is complete
 * @block: which block
 * @content: what to write
 * @since: number of the request; a flush covers those that completed before
 * @cookie: of the node
 */
struct disk_req {
	enum disk_op op;
	bool fua;
	u32 block;
	u32 content;
	u32 since;
	u64 cookie;
};

/**
 * struct sim_disk - a disk
 * @durable: what is there after a loss of power
 * @cached: what is read
 * @cached_at: when that became so
 * @clock: counts requests, and completed ones
 * @failed: all I/O fails
 * @write_error: the next write of data fails
 * @read_error: the next read of data fails
 * @reqs: number of requests
 * @req: requests
 * @sb: superblock
 * @al: activity log
 * @bm: bitmap
 */
struct sim_disk {
	u32 durable[SIM_BLOCKS];
	u32 cached[SIM_BLOCKS];
	u32 cached_at[SIM_BLOCKS];
	u32 clock;
	bool failed;
	bool write_error;
	bool read_error;
	unsigned int reqs;
	struct disk_req req[DISK_REQS];
	u8 sb[DRBD_MD_BLOCK_SIZE];
	u8 al[SIM_AL_BLOCKS * DRBD_MD_BLOCK_SIZE];
	u8 bm[DRBD_MD_BLOCK_SIZE];
};

struct sim_disk *sim_disk_new(void)
{
	return kvzalloc(sizeof(struct sim_disk), GFP_KERNEL);
}

void sim_disk_free(struct sim_disk *disk)
{
	kvfree(disk);
}

/*
 * sim_disk_init() - a new disk
 * @n: node
 * @v: volume
 */
void sim_disk_init(struct sim_node *n, int v)
{
	struct sim_disk *disk = n->disk[v];

	memset(disk, 0, sizeof(*disk));
}

static void flush_before(struct sim_disk *disk, u32 since)
{
	u32 i;

	for (i = 0; i < SIM_BLOCKS; i++)
		if (disk->cached_at[i] <= since)
			disk->durable[i] = disk->cached[i];
}

int sim_disk_md_read(struct sim_node *n, int v, struct drbd_sb *sb)
{
	struct sim_disk *disk = n->disk[v];

	if (disk->failed)
		return -EIO;
	drbd_sb_decode_v09(disk->sb, sb);
	return 0;
}

int sim_disk_md_write(struct sim_node *n, int v, const struct drbd_sb *sb)
{
	struct sim_disk *disk = n->disk[v];

	if (disk->failed)
		return -EIO;
	flush_before(disk, disk->clock);
	drbd_sb_encode_v09(sb, true, disk->sb);
	return 0;
}

void sim_disk_al_written(struct sim_node *n, int v)
{
	struct sim_disk *disk = n->disk[v];

	if (!disk->failed)
		flush_before(disk, disk->clock);
}

void *sim_disk_al(struct sim_node *n, int v)
{
	return n->disk[v]->al;
}

void *sim_disk_bm(struct sim_node *n, int v)
{
	return n->disk[v]->bm;
}

static void submit(struct sim_node *n, int v, struct disk_req req)
{
	struct sim_disk *disk = n->disk[v];

	if (disk->reqs == DISK_REQS) {
		sim_fail(n->sim, "L0: %d: too many disk requests", n->id);
		return;
	}
	req.since = disk->clock;
	disk->req[disk->reqs++] = req;
}

void sim_disk_read(struct sim_node *n, int v, u32 block, u64 cookie)
{
	submit(n, v, (struct disk_req){ .op = DISK_READ, .block = block, .cookie = cookie });
}

void sim_disk_write(struct sim_node *n, int v, u32 block, u32 content, bool fua, u64 cookie)
{
	const struct disk_req req = {
		.op = DISK_WRITE, .block = block, .content = content, .fua = fua, .cookie = cookie,
	};

	submit(n, v, req);
}

void sim_disk_flush(struct sim_node *n, int v, u64 cookie)
{
	submit(n, v, (struct disk_req){ .op = DISK_FLUSH, .cookie = cookie });
}

u32 sim_disk_peek(struct sim_node *n, int v, u32 block)
{
	return n->disk[v]->cached[block];
}

/*
 * sim_disk_choices() - number of volumes of a node with requests
 */
unsigned int sim_disk_choices(struct sim_node *n)
{
	return n->disk[0]->reqs ? 1 : 0;
}

static void write_block(struct sim_disk *disk, const struct disk_req *req)
{
	disk->cached[req->block] = req->content;
	disk->cached_at[req->block] = ++disk->clock;
	if (req->fua)
		disk->durable[req->block] = req->content;
}

/*
 * sim_disk_do() - complete a request of a node's disk
 */
void sim_disk_do(struct sim_node *n)
{
	struct sim_disk *disk = n->disk[0];
	unsigned int i = sim_rand(n->sim, disk->reqs);
	struct disk_req req = disk->req[i];
	int error = disk->failed ? -EIO : 0;

	disk->req[i] = disk->req[--disk->reqs];
	switch (req.op) {
	case DISK_READ:
		if (disk->read_error)
			error = -EIO;
		disk->read_error = false;
		req.content = disk->cached[req.block];
		break;
	case DISK_WRITE:
		if (disk->write_error)
			error = -EIO;
		disk->write_error = false;
		if (error)
			sim_apps_disk_error(n->sim, req.content);
		/* a failed one may have done something nevertheless */
		if (!error || sim_rand(n->sim, 2))
			write_block(disk, &req);
		break;
	case DISK_FLUSH:
		if (!error)
			flush_before(disk, req.since);
		break;
	}
	if (n->sim->verbose) {
		static const char *const op[] = { "read", "write", "flush" };

		sim_trace(n->sim, "%d: disk: %s of block %u, content %u%s", n->id,
			  op[req.op], req.block, req.content, error ? ", error" : "");
	}
	sim_touch(n->sim, n->id);
	sim_data_disk_done(n, 0, req.cookie, req.content, error);
	sim_net_awake(n);
}

/*
 * sim_disk_crash() - the node of a disk crashes
 * @n: node
 * @v: volume
 * @power: the disk has no power for a while, either
 */
void sim_disk_crash(struct sim_node *n, int v, bool power)
{
	struct sim_disk *disk = n->disk[v];
	unsigned int i;

	for (i = 0; i < disk->reqs; i++)
		if (disk->req[i].op == DISK_WRITE && !disk->failed && sim_rand(n->sim, 2))
			write_block(disk, &disk->req[i]);
	disk->reqs = 0;
	disk->write_error = false;
	disk->read_error = false;
	for (i = 0; power && i < SIM_BLOCKS; i++) {
		if (disk->cached[i] == disk->durable[i])
			continue;
		if (sim_rand(n->sim, 2))
			disk->durable[i] = disk->cached[i];
		disk->cached[i] = disk->durable[i];
	}
}

/*
 * sim_disk_fail() - all I/O of a disk fails from now on, or works again
 */
void sim_disk_fail(struct sim_node *n, int v, bool fail)
{
	struct sim_disk *disk = n->disk[v];

	disk->failed = fail;
	disk->write_error = false;
	disk->read_error = false;
}

/*
 * sim_disk_error_next() - the next request fails
 */
void sim_disk_error_next(struct sim_node *n, int v, bool write)
{
	n->disk[v]->write_error = write;
	n->disk[v]->read_error = !write;
}
