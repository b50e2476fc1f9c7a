"""Two nodes of the 8.4 engine, driven by Debian's drbd-utils: the data is what counts."""

import time

import pytest
from test_control_plane import long

from drbdlab import MIB, Resource
from drbdlab.workload import AckedWriter, Files, Fio

DISKS = (12 * MIB, 12 * MIB)
# as fast as the machines can: the default begins at 250 KiB/s
FAST = {"c-plan-ahead": "0", "resync-rate": "100M"}


def cluster_in_sync(cluster, *, options=None, family=4, volumes=((0, "/dev/vda"),), **kwargs):
    """Two nodes with an UpToDate resource, node 0 Primary."""
    lab = cluster(2, disks=DISKS, **kwargs)
    resource = Resource(lab, volumes=volumes, family=family,
                        options={"disk": FAST, **(options or {"net": {"protocol": "C"}})})
    resource.install()
    resource.create_md()
    resource.up()
    resource.wait(lab[0], cstate="Connected")
    resource.primary(lab[0], force=True)
    resource.wait_synced()
    return lab, resource


def assert_identical(resource, volumes=1):
    """The replicated part of all members' backing devices is the same."""
    for volume in range(volumes):
        sums = resource.data_checksums(volume)
        assert len(set(sums)) == 1, f"volume {volume}: {sums}"


def test_link_cut_while_writing(cluster):
    """Write, cut the link, write, restore it: only what changed is copied, and the disks are equal."""
    lab, resource = cluster_in_sync(
        cluster, options={"net": {"protocol": "C", "ping-timeout": "30", "timeout": "60"}})
    first, second = lab
    before = Fio(resource.device, 4 * MIB, seed=1)
    during = Fio(resource.device, 4 * MIB, offset=2 * MIB, seed=2)
    before.write(first)
    lab.cut(0, 1)
    during.write(first)        # completes once the engine has given the peer up
    resource.wait(first, cstate="(WFConnection|NetworkFailure|Unconnected|Timeout)")
    resource.wait(second, cstate="(WFConnection|NetworkFailure|Unconnected|Timeout|BrokenPipe)")
    dirty = resource.out_of_sync(first)
    assert 4 * 1024 <= dirty < 16 * 1024, f"{dirty} KiB marked for 4 MiB written"
    lab.heal(0, 1)
    resource.wait_synced()
    during.verify(first)
    assert resource.out_of_sync(first) == resource.out_of_sync(second) == 0
    resource.secondary(first)
    assert_identical(resource)


@long
@pytest.mark.parametrize("protocol", ["C"])
def test_primary_killed_while_writing(cluster, protocol):
    """The primary's machine dies in mid-write: its peer has every acknowledged block and every file."""
    lab, resource = cluster_in_sync(cluster, options={"net": {"protocol": protocol}},
                                    volumes=((0, "/dev/vda"), (1, "/dev/vdb")))
    first, second = lab
    data, files = Fio("/dev/drbd0", 4 * MIB, offset=MIB), Files("/dev/drbd1")
    data.write(first)
    files.make(first, 25)
    writer = AckedWriter("/dev/drbd0", 0, 256)
    writer.begin(first)
    deadline = time.monotonic() + 600
    while writer.acknowledged < 100:
        assert time.monotonic() < deadline, "the writer does not get on"
        time.sleep(0.05)
    first.kill()
    writer.stop()

    resource.wait(second, cstate="WFConnection")
    resource.primary(second)
    assert writer.check(second) >= 100
    data.verify(second)
    assert files.check(second) == 25
    second.sh("head -c 2M /dev/urandom > /mnt/alone; sync")

    first.start()
    resource.install([first])
    resource.up([first])
    resource.wait_synced()
    files.umount(second)
    resource.secondary(second)
    assert_identical(resource, 2)
    resource.primary(first)
    assert files.check(first) == 25
    files.umount(first)
    resource.secondary(first)
    resource.down()
    lab.all("modprobe -r drbd")


@long
def test_disk_error_is_survived(cluster):
    """The primary's disk fails: it goes on with the peer's; a replaced disk gets everything back."""
    lab = cluster(2, disks=DISKS)
    first, second = lab
    first.dm_create("disk", "/dev/vda")
    second.dm_create("disk", "/dev/vda")
    resource = Resource(lab, volumes=((0, "/dev/mapper/disk"),),
                        options={"net": {"protocol": "C"}, "disk": {**FAST, "on-io-error": "detach"}})
    resource.install()
    resource.create_md()
    resource.up()
    resource.wait(first, cstate="Connected")
    resource.primary(first, force=True)
    resource.wait_synced()
    data = Fio(resource.device, 4 * MIB)
    data.write(first)
    first.dm_behave("disk", "/dev/vda", "error")
    data.verify(first)
    more = Fio(resource.device, 2 * MIB, offset=4 * MIB, seed=3)
    more.write(first)
    more.verify(first)
    resource.wait(first, cstate="Connected", dstate="Diskless/UpToDate")
    first.dm_behave("disk", "/dev/vda", "linear")
    first.sh("dd if=/dev/urandom of=/dev/mapper/disk bs=1M count=8 oflag=direct status=none")
    resource.create_md([first])
    first.sh(f"drbdadm attach {resource.name}")
    resource.wait_synced()
    data.verify(first)
    more.verify(first)
    resource.secondary(first)
    assert_identical(resource)


@long
def test_ipv6_and_authentication(cluster):
    """The same over IPv6 with a shared secret; a wrong secret is refused and harms nothing."""
    net = {"protocol": "C", "cram-hmac-alg": "sha256", "shared-secret": '"right"'}
    lab, resource = cluster_in_sync(cluster, options={"net": net}, family=6)
    first, second = lab
    data = Fio(resource.device, 2 * MIB)
    data.write(first)
    second.sh("drbdadm disconnect r0")
    second.write_file("/etc/drbd.d/r0.res", resource.config().replace('"right"', '"wrong"'))
    second.run("drbdadm adjust r0")
    second.wait_until("dmesg | grep -E 'Authentication of peer failed'")
    second.run("drbdadm disconnect r0")
    second.write_file("/etc/drbd.d/r0.res", resource.config())
    second.sh("drbdadm adjust r0")
    first.run("drbdadm adjust r0")
    resource.wait_synced()
    data.verify(first)
