"""The private network of a lab: a namespace with one bridge a network, taps, cuts, captures."""

import itertools
import os
import pathlib
import re
import signal
import subprocess
import time


class NetError(Exception):
    """Something of the lab's network could not be set up."""


def dies_with_us(argv):
    """argv such that the process gets SIGKILL when this one ends, however it ends."""
    return ["setpriv", "--pdeathsig", "KILL", "--", *argv]


def mac(node, nic):
    """Hardware address of network card `nic` of `node`."""
    return "52:54:00:77:%02x:%02x" % (nic, node)


class Net:
    """A network namespace that exists as long as its holder process does."""

    def __init__(self, nets=1):
        self.nets = nets
        self.captures = []
        self.cuts = set()
        # Ctrl-C is for the lab, which takes things down in order: not for the holder.
        self.holder = subprocess.Popen(
            dies_with_us(["unshare", "--net", "sh", "-c", "echo up; exec sleep infinity"]),
            stdout=subprocess.PIPE, start_new_session=True)
        if self.holder.stdout.readline() != b"up\n":
            raise NetError("cannot make a network namespace (unshare --net failed)")
        try:
            self.ip("link set lo up")
            for net in range(nets):
                self.ip(f"link add br{net} type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
                self.ip(f"link set br{net} up")
            self.nft("add table bridge lab; "
                     "add set bridge lab cut { type ether_addr . ether_addr; }; "
                     "add chain bridge lab fwd_cut { type filter hook forward priority 0; }; "
                     "add rule bridge lab fwd_cut ether saddr . ether daddr @cut drop")
        except Exception:
            self.close()
            raise

    def argv(self, *argv):
        """Command line that runs `argv` inside the namespace."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--", *argv]

    def _run(self, *argv, stdin=None):
        done = subprocess.run(self.argv(*argv), input=stdin, text=True, capture_output=True)
        if done.returncode:
            raise NetError(f"{' '.join(argv)} {stdin or ''}: {done.stderr.strip()}")
        return done.stdout

    def ip(self, command):
        """Run ip(8) in the namespace."""
        return self._run("ip", *command.split())

    def nft(self, commands):
        """Run nft(8) in the namespace."""
        return self._run("nft", "-f", "-", stdin=commands.replace("; add", "\nadd") + "\n")

    def add_tap(self, node, nic):
        """A tap for a machine's card, on the bridge of that number; returns its name."""
        name = f"t{node}n{nic}"
        self.ip(f"tuntap add dev {name} mode tap")
        self.ip(f"link set {name} master br{nic} up")
        return name

    def cut(self, a, b, nic=None):
        """Drop every frame between two nodes (on one network or all)."""
        self._change_cut("add", a, b, nic)

    def heal(self, a, b, nic=None):
        """Undo cut()."""
        self._change_cut("delete", a, b, nic)

    def _change_cut(self, verb, a, b, nic):
        for n in range(self.nets) if nic is None else [nic]:
            key = (min(a, b), max(a, b), n)
            if (key in self.cuts) == (verb == "add"):
                continue
            pairs = ", ".join(f"{mac(x, n)} . {mac(y, n)}" for x, y in ((a, b), (b, a)))
            self.nft(f"{verb} element bridge lab cut {{ {pairs} }}")
            self.cuts ^= {key}

    def capture(self, path, addresses=(), nic=0, expression=None):
        """Record what passes between addresses (all of it when none is given) into a file."""
        hosts = " and ".join(f"host {a}" for a in addresses)
        argv = ["tcpdump", "-i", f"br{nic}", "-w", str(path), "-U", "-s", "0", "-B", "65536",
                "-Z", "root", expression or (f"tcp and {hosts}" if hosts else "tcp")]
        capture = Capture(self, path, argv)
        self.captures.append(capture)
        return capture

    def close(self):
        """End captures and the namespace."""
        for capture in self.captures:
            capture.stop()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Capture:
    """A running tcpdump."""

    def __init__(self, net, path, argv):
        self.path = pathlib.Path(path)
        self.dropped = 0
        self.errors = open(f"{path}.err", "w+", encoding="utf-8")
        self.process = subprocess.Popen(dies_with_us(net.argv(*argv)), stdout=subprocess.DEVNULL,
                                        stderr=self.errors, start_new_session=True)
        for _ in range(500):
            if self.path.exists() and self.path.stat().st_size >= 24:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise NetError(f"tcpdump does not run: {pathlib.Path(self.errors.name).read_text()}")

    def stop(self):
        """End the capture; returns its path. Fails when the kernel dropped packets."""
        if self.process is None:
            return self.path
        size = -1
        for _ in itertools.repeat(None, 50):    # what is still on its way through the ring
            now = self.path.stat().st_size
            if now == size:
                break
            size = now
            time.sleep(0.1)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.process = None
        self.errors.seek(0)
        text = self.errors.read()
        self.errors.close()
        os.unlink(self.errors.name)
        found = re.search(r"(\d+) packets dropped by kernel", text)
        self.dropped = int(found.group(1)) if found else 0
        return self.path
