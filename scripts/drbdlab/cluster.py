"""A cluster of machines on a private network, and the rules by which a run is judged."""

import concurrent.futures
import itertools
import os
import pathlib
import shutil
import signal
import sys
import time

from . import image
from .capture import check_capture
from .machine import Machine
from .net import Net
from .splat import Splat

MIB = 1 << 20
_serial = itertools.count()


def terminate_in_order():
    """Let SIGTERM unwind the stack as Ctrl-C does, so that nothing is left behind."""
    def handler(signum, frame):
        sys.exit(128 + signum)
    signal.signal(signal.SIGTERM, handler)


class Link:
    """What a node's traffic to a peer suffers on one network."""

    def __init__(self, delay_ms=0, loss_percent=0):
        self.delay_ms, self.loss_percent = delay_ms, loss_percent


class Cluster:
    """Machines, network, captures and results of one run; a context manager.

    nodes          number of machines
    kernel, engine configuration and module set: one name for all or a list with one a node
    disks          sizes in bytes, the same for every node
    nics           network cards (and networks) a node: 10.77.NIC.NODE+1, fd77:0:0:NIC::NODE+1
    name           part of the directory's name under build/lab/runs
    keep           keep the directory even when all went well
    """

    def __init__(self, nodes=2, kernel="release", engine="84", disks=(64 * MIB,), nics=1,
                 name="lab", keep=False, append="", accel=None):
        count = nodes
        self.directory = image.BUILD / "lab" / "runs" / f"{name}-{os.getpid()}-{next(_serial)}"
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.nics, self.append, self.keep = nics, append, keep
        self.links = {}
        self.net = Net(nics)
        self.captures = []
        self.disturbed = False
        self.nodes = []
        try:
            if accel is None:
                from .kvm import usable
                accel = "kvm" if usable() else "tcg"
            for number in range(count):
                self.nodes.append(Machine(
                    self, number,
                    kernel if isinstance(kernel, str) else kernel[number],
                    engine if isinstance(engine, str) else engine[number],
                    disks, accel=accel))
        except BaseException:
            self.net.close()
            raise

    def __getitem__(self, number):
        return self.nodes[number]

    def __iter__(self):
        return iter(self.nodes)

    def __len__(self):
        return len(self.nodes)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.finish()
        except BaseException:
            self.keep = True
            raise
        finally:
            # not for Ctrl-C: nobody wants to read, or to wait for, what the machines say then
            if kind is not None and issubclass(kind, Exception):
                self.keep = True
                self._collect()
            self.close()

    # -- life ------------------------------------------------------------------------------------

    def start(self, numbers=None):
        """Start all machines (or some) and wait for them; returns the seconds it took."""
        begin = time.monotonic()
        chosen = self.nodes if numbers is None else [self.nodes[n] for n in numbers]
        for node in chosen:
            node.launch()
        for node in chosen:
            node.wait_up()
        return time.monotonic() - begin

    def all(self, command, timeout=300):
        """Run a command in every running machine at the same time; a list of outputs."""
        running = [n.spawn(command) for n in self.nodes if n.running]
        return [c.check(timeout).out for c in running]

    def parallel(self, function, nodes=None):
        """function(node) for each node, at the same time; a list of results."""
        nodes = list(self.nodes if nodes is None else nodes)
        with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
            return list(pool.map(function, nodes))

    # -- network ---------------------------------------------------------------------------------

    def address(self, node, nic=0, family=4):
        """A node's address on a network."""
        return f"10.77.{nic}.{node + 1}" if family == 4 else f"fd77:0:0:{nic}::{node + 1:x}"

    def cut(self, a, b, nic=None):
        """Cut the link between two nodes."""
        self.disturbed = True
        self.net.cut(a, b, nic)

    def heal(self, a, b, nic=None):
        """Restore it."""
        self.net.heal(a, b, nic)

    def shape(self, a, b, delay_ms=0, loss_percent=0, nic=0):
        """Delay and lose packets between two nodes, in each direction (netem in the machines)."""
        for me, peer in ((a, b), (b, a)):
            self.links[me, peer, nic] = Link(delay_ms, loss_percent)
            dev = f"eth{nic}"
            script = [f"tc qdisc del dev {dev} root 2>/dev/null",
                      "set -e",
                      f"tc qdisc add dev {dev} root handle 1: prio bands 16 priomap "
                      + " ".join("0" * 16)]
            shaped = [(key[1], link) for key, link in sorted(self.links.items())
                      if key[0] == me and key[2] == nic and (link.delay_ms or link.loss_percent)]
            for band, (other, link) in enumerate(shaped, 2):
                script.append(f"tc qdisc add dev {dev} parent 1:{band:x} netem limit 100000 "
                              f"delay {link.delay_ms}ms loss {link.loss_percent}%")
                for family, proto in ((4, "ip"), (6, "ipv6")):
                    script.append(f"tc filter add dev {dev} parent 1: protocol {proto} prio {family} "
                                  f"flower dst_ip {self.address(other, nic, family)} "
                                  f"classid 1:{band:x}")
            self.nodes[me].sh("\n".join(script))

    def capture(self, a=None, b=None, nic=0, name=None):
        """Record a node pair's conversation (everything without a pair)."""
        pair = () if a is None else (self.address(a, nic), self.address(b, nic))
        label = name or ("all" if a is None else f"{a}-{b}")
        capture = self.net.capture(self.directory / f"{label}.pcap", pair, nic)
        self.captures.append(capture)
        return capture

    # -- judgement -------------------------------------------------------------------------------

    def check_splats(self):
        """Raise Splat when a kernel has printed what it must not."""
        found = [s for node in self.nodes for s in node.splats()]
        if found:
            raise Splat("\n\n".join(found))

    def finish(self):
        """The end of a good run: nothing leaked, no splat, well-formed captures; machines go down."""
        leaks = self.parallel(lambda node: node.kmemleak()) if self.nodes else []
        for node, text in zip(self.nodes, leaks):
            if text.strip():
                raise Splat(f"{node.name}: kmemleak:\n{text}")
        self.check_splats()
        for node in self.nodes:
            if not node.running and not node.expect_death and node.process is not None:
                raise Splat(f"{node.name} ended by itself, console: {node.console}")
        for capture in self.captures:
            check_capture(capture.stop(), capture.dropped, self.disturbed)

    def _collect(self):
        """After a failure: what each machine can still say about itself."""
        for node in self.nodes:
            if not node.running:
                continue
            try:
                command = node.spawn("drbdsetup status --verbose --statistics 2>&1; cat /proc/drbd; "
                                     "echo w > /proc/sysrq-trigger; dmesg | tail -n 200")
                command.wait(60)
                (node.directory / "status.txt").write_text(command.out + command.err)
            except Exception as error:  # pylint: disable=broad-except
                (node.directory / "status.txt").write_text(f"{error}\n")

    def close(self):
        """Take everything down. The directory stays when the run failed or `keep` says so."""
        for node in self.nodes:
            node.kill()
        self.net.close()
        if self.keep:
            for node in self.nodes:
                for disk in node.disks:
                    disk.path.unlink(missing_ok=True)
            for path in pathlib.Path(self.directory).glob("node*/*.sock"):
                path.unlink()
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
