"""The data plane of the DRBD 9 engine: what applications wrote is on all disks, whatever happens."""

import os
import random
import time

import pytest
from test_control_plane import bring_up, disks, established, finish, long, skip_initial_sync, wait_view

from drbdlab import MIB
from drbdlab.workload import AckedWriter, Files, Fio

ROUNDS = int(os.environ.get("ROUNDS", "10" if os.environ.get("ALL") else "2"))
FAST = {"c-plan-ahead": "0", "resync-rate": "100M"}
QUORUM = {"quorum": "majority", "on-no-quorum": "io-error"}


def in_sync(lab, resource, nodes=None):
    """Wait until the given nodes (all) are connected with each other and UpToDate on all sides."""
    nodes = list(nodes or lab)
    established(resource, nodes, nodes)
    for node in nodes:
        disks(resource, node, "UpToDate", [p for p in nodes if p is not node])


def initial_sync(lab, resource, primary):
    """Make one node's disk the good one, and wait until all others have its data."""
    resource.primary(primary, force=True)
    in_sync(lab, resource)


def assert_identical(resource, volumes=1):
    """The replicated part of all members' backing devices is the same."""
    for volume in range(volumes):
        sums = resource.data_checksums(volume)
        assert len(set(sums)) == 1, f"volume {volume}: {sums}"


def test_sync_write_and_roles_around(cluster):
    """An initial sync, a file system and verified data, the role going around, all disks equal."""
    lab, resource = bring_up(cluster, options={"auto-promote": "no"}, disk=FAST)
    # so that the sync has something to do that can be seen
    initial_sync(lab, resource, lab[0])
    files, data = Files(resource.device), Fio(resource.device, MIB, offset=6 * MIB)
    data.write(lab[0])
    resource.secondary(lab[0])
    for node in (lab[1], lab[2]):
        resource.primary(node)
        data.verify(node)
        resource.secondary(node)
    assert_identical(resource)
    resource.primary(lab[2])
    files.make(lab[2], 15)
    files.umount(lab[2])
    resource.secondary(lab[2])
    resource.primary(lab[1])
    assert files.check(lab[1]) == 15
    files.umount(lab[1])
    resource.secondary(lab[1])
    assert_identical(resource)
    finish(lab, resource)


@long
@pytest.mark.parametrize("protocol", ["A", "B"])
def test_protocols(cluster, protocol):
    """Writes with the other protocols, two volumes."""
    lab, resource = bring_up(cluster, net={"protocol": protocol},
                             volumes=((0, "/dev/vda"), (1, "/dev/vdb")), disk=FAST)
    initial_sync(lab, resource, lab[0])
    loads = [Fio(f"/dev/drbd{n}", 2 * MIB, seed=n, bs="16k", rw="randwrite") for n in (0, 1)]
    lab.parallel(lambda load: load.write(lab[0]), loads)
    resource.secondary(lab[0])
    resource.primary(lab[1])
    for load in loads:
        load.verify(lab[1])
    resource.secondary(lab[1])
    assert_identical(resource, 2)
    finish(lab, resource)


@long
def test_resync_after_links_were_cut(cluster):
    """The primary goes on without one peer, then without the other; only what changed is copied."""
    lab, resource = bring_up(cluster, options=QUORUM, disk=FAST)
    skip_initial_sync(lab, resource)
    resource.primary(lab[0])
    for round_, other in enumerate((lab[1], lab[2])):
        lab.cut(0, other.number)
        lab.cut(3 - other.number, other.number)
        part = Fio(resource.device, MIB, offset=round_ * 2 * MIB, seed=round_)
        part.write(lab[0])
        wait_view(resource, lab[0], lambda seen, p=other.name: seen[2][p][0] != "Connected", "connected")
        lab.heal(0, other.number)
        lab.heal(3 - other.number, other.number)
        in_sync(lab, resource)
        part.verify(lab[0])
    resource.secondary(lab[0])
    assert_identical(resource)
    finish(lab, resource)


def test_machines_killed_under_load(cluster):
    """A machine of each role dies in mid-write: no acknowledged write is lost, and it gets in sync again."""
    seed = int(os.environ.get("SEED", time.time()))
    print(f"SEED={seed}")
    rng = random.Random(seed)
    lab, resource = bring_up(cluster, options=QUORUM, disk=FAST)
    skip_initial_sync(lab, resource)
    primary = lab[0]
    for round_ in range(ROUNDS):
        resource.primary(primary)
        writer = AckedWriter(resource.device, 0, 256)
        writer.begin(primary)
        until = rng.randrange(30, 120)
        deadline = time.monotonic() + 600
        while writer.acknowledged < until:
            assert time.monotonic() < deadline, "the writer does not get on"
            time.sleep(0.05)
        victim = primary if round_ % 2 == 0 else rng.choice([n for n in lab if n is not primary])
        victim.kill()
        if victim is primary:
            writer.stop()
        else:
            before = writer.acknowledged
            while writer.acknowledged < before + 20:
                assert time.monotonic() < deadline + 600, "the writer does not get on without its peer"
                time.sleep(0.05)
            writer.stop()
            resource.secondary(primary)
        others = [n for n in lab if n is not victim]
        in_sync(lab, resource, others)
        primary = rng.choice(others)
        resource.primary(primary)
        assert writer.check(primary) >= min(until, 256)
        victim.start()
        resource.install([victim])
        resource.up([victim])
        in_sync(lab, resource)
        resource.secondary(primary)
        assert_identical(resource)
    finish(lab, resource)


@long
def test_diskless_client(cluster):
    """A node without a disk is Primary: what it writes is on the disks of the others."""
    lab, resource = bring_up(cluster, disk=FAST)
    skip_initial_sync(lab, resource)
    lab[2].sh(f"drbdadm detach {resource.name}")
    disks(resource, lab[2], "Diskless")
    resource.primary(lab[2])
    data, files = Fio(resource.device, MIB, offset=6 * MIB), Files(resource.device)
    data.write(lab[2])
    data.verify(lab[2])
    files.make(lab[2], 10)
    files.umount(lab[2])
    resource.secondary(lab[2])
    for node in (lab[0], lab[1]):
        resource.primary(node)
        data.verify(node)
        assert files.check(node) == 10
        files.umount(node)
        resource.secondary(node)
    lab[2].sh(f"drbdadm attach {resource.name}")
    in_sync(lab, resource)
    assert_identical(resource)
    finish(lab, resource)


@long
def test_discards_and_zeroes(cluster):
    """Discards and zeroes reach all disks."""
    lab, resource = bring_up(cluster, disk=FAST)
    skip_initial_sync(lab, resource)
    resource.primary(lab[0])
    Fio(resource.device, 4 * MIB).write(lab[0])
    lab[0].sh(f"blkdiscard -f -z -o {MIB} -l {MIB} {resource.device}")
    zeroes = lab[0].sh(f"dd if={resource.device} bs=1M skip=1 count=1 iflag=direct status=none | tr -d '\\0' | wc -c")
    assert int(zeroes) == 0
    lab[0].sh(f"blkdiscard -f -o {2 * MIB} -l {MIB} {resource.device}")
    resource.secondary(lab[0])
    assert_identical(resource)
    finish(lab, resource)
