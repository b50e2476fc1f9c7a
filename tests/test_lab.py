"""The lab itself: what the other scenarios stand on must be able to fail, too."""

import pathlib
import re
import shutil

import pytest

from drbdlab import MIB, Cluster, MachineError, Splat
from drbdlab.capture import BadCapture, check_capture
from drbdlab.splat import find_splats

TRACES = pathlib.Path(__file__).resolve().parents[2] / "shared" / "traces"


def reaches(node, address, seconds=8):
    """Whether an address answers: nobody listens there, so the answer is a refusal."""
    return "refused" in node.run(f"timeout {seconds} bash -c 'exec 3<>/dev/tcp/{address}/7'").err


@pytest.mark.parametrize("line", [
    "[   12.3] WARNING: CPU: 1 PID: 77 at drivers/block/drbd/drbd_req.c:100 f+0x1/0x2 [drbd]",
    "[   12.3] WARNING: drivers/block/drbd/drbd_req.c:100 at f+0x1/0x2, CPU#1: sh/77",
    "[   12.3] BUG: KASAN: slab-use-after-free in drbd_req_destroy+0x1/0x2 [drbd]",
    "[   12.3] WARNING: possible circular locking dependency detected",
    "[   12.3] BUG: sleeping function called from invalid context at mm/slab.h:1",
    "[   12.3] INFO: task drbd_w_r0:99 blocked for more than 240 seconds.",
    "[   12.3] UBSAN: shift-out-of-bounds in lib/x.c:1:2",
    "[   12.3] refcount_t: underflow; use-after-free.",
    "[   12.3] Kernel panic - not syncing: Fatal exception",
    "[   12.3] list_add corruption. next->prev should be prev",
    "[   12.3] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
])
def test_splats_are_seen(line):
    """Each checker's first line counts, with the lines around it."""
    log = f"[ 1.0] drbd: initialized\n{line}\n[ 12.4] after\n[ 13.0] more"
    found = list(find_splats(log))
    assert len(found) == 1 and line in found[0] and "after" in found[0]


def test_normal_lines_are_no_splats():
    """What a healthy kernel and a healthy DRBD say."""
    assert not list(find_splats(
        "[ 1.0] drbd: initialized. Version: 8.4.11 (api:1/proto:86-101)\n"
        "[ 2.0] drbd r0: conn( BrokenPipe -> Unconnected )\n"
        "[ 2.1] block drbd0: helper command: /sbin/drbdadm before-resync-target minor-0\n"
        "[ 2.2] kmemleak: Kernel memory leak detector initialized (mem pool available: 1)\n"))


def test_captures_are_judged(tmp_path):
    """A recorded conversation passes; the same with a few bytes changed does not."""
    good = TRACES / "v84-connect-auth-skip-initial-sync-primary.pcap"
    check_capture(good)
    with pytest.raises(BadCapture):
        check_capture(good, dropped=1)
    data = bytearray(good.read_bytes())
    # every packet of protocol 101 starts with this magic; an unknown command and a wrong length follow
    places = [m.start() for m in re.finditer(b"\x86\x20\xec\x20", data)]
    assert len(places) > 5
    data[places[3] + 6:places[3] + 8] = b"\x77\x77"
    bad = tmp_path / "bad.pcap"
    bad.write_bytes(data)
    with pytest.raises(BadCapture):
        check_capture(bad)


def test_machines_links_and_disks(cluster):
    """Three nodes, two networks: cut, shape, pause, kill, reboot, disk faults."""
    lab = cluster(3, disks=(16 * MIB,), nics=2, start=False,
                  capture=False)
    lab.start()
    one, two, three = lab
    assert [o.strip() for o in lab.all("hostname")] == ["node0", "node1", "node2"]

    failed = one.run("echo to-out; echo to-err >&2; exit 7")
    assert (failed.rc, failed.out, failed.err) == (7, "to-out\n", "to-err\n")
    assert one.run("cat", stdin=b"x" * 300000).out == "x" * 300000
    slow = [node.spawn("sleep 2; cat /proc/uptime") for node in lab]
    assert two.sh("echo meanwhile") == "meanwhile\n"
    assert all(float(c.check().out.split()[0]) > 2 for c in slow)

    for nic in (0, 1):
        for family in (4, 6):
            assert reaches(one, lab.address(1, nic, family))
    lab.cut(0, 1, nic=0)
    assert not reaches(one, lab.address(1, 0)) and not reaches(two, lab.address(0, 0, 6))
    assert reaches(one, lab.address(1, 1)) and reaches(one, lab.address(2, 0))
    lab.cut(0, 1)
    assert not reaches(one, lab.address(1, 1))
    lab.heal(0, 1)
    assert reaches(one, lab.address(1, 0)) and reaches(two, lab.address(0, 1))

    lab.shape(0, 1, loss_percent=100)
    assert not reaches(one, lab.address(1, 0)) and reaches(one, lab.address(2, 0))
    lab.shape(0, 1, delay_ms=5)
    assert reaches(one, lab.address(1, 0))
    assert "delay 5ms" in one.sh("tc qdisc show dev eth0")

    two.pause()
    assert not reaches(one, lab.address(1, 0))
    two.resume()
    assert two.sh("echo back") == "back\n"

    one.sh("head -c 1M /dev/urandom > /tmp/x; dd if=/tmp/x of=/dev/vda oflag=direct bs=1M; "
           "md5sum < /tmp/x > /tmp/sum; cat /tmp/sum")
    before = one.sh("cat /tmp/sum")
    one.kill()
    assert not one.running
    with pytest.raises(MachineError):
        one.run("true")
    one.start()
    assert one.sh("head -c 1M /dev/vda | md5sum") == before
    three.reboot()
    assert three.sh("hostname") == "node2\n"

    disk = one.dm_create("faulty", "/dev/vda")
    read = f"dd if={disk} of=/dev/null bs=4k count=1 iflag=direct"
    assert one.run(read).rc == 0
    one.dm_behave("faulty", "/dev/vda", "error")
    assert one.run(read).rc != 0
    one.dm_behave("faulty", "/dev/vda", "delay", read_ms=20)
    assert one.run(read).rc == 0
    one.dm_behave("faulty", "/dev/vda", "linear")
    assert one.sh(f"head -c 1M {disk} | md5sum") == before


def test_a_splat_fails_a_run():
    """A kernel that complains fails the run, and the message says which node did and where it is written."""
    with pytest.raises(Splat) as caught:
        with Cluster(1, "debug", disks=(), name="splat") as lab:
            lab.start()
            lab[0].sh("echo 'BUG: this is only a test' > /dev/kmsg")
    assert "node0" in str(caught.value) and "this is only a test" in str(caught.value)
    shutil.rmtree(lab.directory)


def test_nothing_is_left_behind():
    """A run that breaks off leaves no process of its own."""
    with pytest.raises(KeyboardInterrupt):
        with Cluster(1, "debug", disks=(MIB,), name="left") as lab:
            lab.start()
            mine = [lab.net.holder.pid, lab[0].process.pid]
            raise KeyboardInterrupt
    assert not any(pathlib.Path(f"/proc/{pid}").exists() for pid in mine)
    assert not lab.directory.exists()
