"""One virtual machine under QEMU."""

import json
import os
import pathlib
import socket
import subprocess
import time

from . import image
from .channel import Channel, ChannelLost
from .net import dies_with_us, mac
from .splat import find_splats

# Megabytes; KASAN takes an eighth of it for its shadow and quarantines freed memory.
MEMORY = {"release": 512, "debug": 1024}
BOOT_TIMEOUT = 300


class MachineError(Exception):
    """A machine could not be started or ended in a way that nobody asked for."""


class Disk:
    """A raw, sparse disk image; outlives the machine's process."""

    def __init__(self, path, size):
        self.path, self.size = pathlib.Path(path), size
        with open(self.path, "ab") as handle:
            handle.truncate(size)

    def resize(self, size):
        """Change the size of the file (a running machine sees it after a restart)."""
        self.size = size
        os.truncate(self.path, size)


class Machine:
    """A node: its disks, its kernel and module set, and the process while it runs.

    `kernel` ("release"/"debug") and `engine` ("84", ...) may be changed between two starts.
    """

    def __init__(self, lab, number, kernel, engine, disks, smp=2, accel="tcg"):
        self.lab, self.number = lab, number
        self.name = f"node{number}"
        self.kernel, self.engine = kernel, engine
        self.smp, self.accel = smp, accel
        self.directory = lab.directory / self.name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.disks = [Disk(self.directory / f"disk{n}.raw", size) for n, size in enumerate(disks)]
        self.console = self.directory / "console.log"
        self.console.touch()
        self.process = self.channel = self.qmp = None
        self.expect_death = False
        self.taps = [lab.net.add_tap(number, nic) for nic in range(lab.nics)]

    # -- life ------------------------------------------------------------------------------------

    def _argv(self):
        port = self.directory / "agent.sock"
        qmp = self.directory / "qmp.sock"
        accel = "kvm" if self.accel == "kvm" else "tcg,thread=multi,tb-size=256"
        argv = [
            "qemu-system-x86_64", "-name", self.name, "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-machine", "q35", "-accel", accel,
            "-cpu", "host" if self.accel == "kvm" else "max,la57=off",
            "-smp", str(self.smp), "-m", str(MEMORY[self.kernel]),
            "-kernel", str(image.kernel_image(self.kernel)),
            "-initrd", str(image.initramfs(self.kernel, self.engine)),
            "-append", "console=ttyS0 panic=-1 oops=panic nokaslr mitigations=off tsc=reliable "
                       f"no_timer_check lab.node={self.number} lab.nics={self.lab.nics} "
                       + self.lab.append,
            "-chardev", f"file,id=console,path={self.console},append=on",
            "-serial", "chardev:console",
            "-chardev", f"socket,id=agent,path={port},server=on,wait=off",
            "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,nr=1,name=lab",
            "-qmp", f"unix:{qmp},server=on,wait=off",
            "-object", "rng-random,id=rng,filename=/dev/urandom",
            "-device", "virtio-rng-pci,rng=rng",
            "-virtfs", "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,"
                       "multidevs=remap",
        ]
        for nic, tap in enumerate(self.taps):
            argv += ["-netdev", f"tap,id=net{nic},ifname={tap},script=no,downscript=no",
                     "-device", f"virtio-net-pci,netdev=net{nic},mac={mac(self.number, nic)},romfile="]
        for number, disk in enumerate(self.disks):
            # cache=unsafe: what the machine wrote is in the host's page cache and outlives a kill
            argv += ["-drive", f"file={disk.path},format=raw,if=none,id=d{number},cache=unsafe,"
                               "discard=unmap",
                     "-device", f"virtio-blk-pci,drive=d{number},serial=disk{number}"]
        return argv

    def launch(self):
        """Start the process without waiting for the agent."""
        if self.process:
            raise MachineError(f"{self.name} runs already")
        for name in ("agent.sock", "qmp.sock"):
            (self.directory / name).unlink(missing_ok=True)
        self.expect_death = False
        errors = open(self.directory / "qemu.log", "ab")
        self.process = subprocess.Popen(
            dies_with_us(self.lab.net.argv(*self._argv())), stdin=subprocess.DEVNULL,
            stdout=errors, stderr=errors, start_new_session=True)
        errors.close()
        self.channel = Channel(self.name, self.directory / "agent.sock")

    def wait_up(self, timeout=BOOT_TIMEOUT):
        """Wait for the agent."""
        try:
            self.channel.wait_hello(timeout)
        except ChannelLost as error:
            raise MachineError(f"{error}\nconsole ({self.console}):\n" + self._console_tail()
                               + (self.directory / "qemu.log").read_text()) from error

    def start(self):
        """Start and wait for the agent."""
        self.launch()
        self.wait_up()

    def _console_tail(self, lines=30):
        return "\n".join(self.console.read_text(errors="replace").splitlines()[-lines:]) + "\n"

    @property
    def running(self):
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def _gone(self):
        if self.channel:
            self.channel.close()
        if self.qmp:
            self.qmp.close()
        self.process = self.channel = self.qmp = None

    def kill(self):
        """Pull the plug."""
        if self.process:
            self.expect_death = self.lab.disturbed = True
            self.process.kill()
            self.process.wait()
            self._gone()

    def stop(self):
        """End the machine without ceremony, but let its kernel sync its disks first."""
        if self.running:
            self.expect_death = True
            try:
                self.channel.start("sync; echo o > /proc/sysrq-trigger; reboot -f")
                self.process.wait(60)
            except (ChannelLost, subprocess.TimeoutExpired):
                pass
        self.kill()

    def reboot(self):
        """An orderly end, then a start."""
        self.stop()
        self.start()

    def _qmp(self, command):
        if not self.qmp:
            self.qmp = socket.socket(socket.AF_UNIX)
            self.qmp.settimeout(60)
            self.qmp.connect(str(self.directory / "qmp.sock"))
            self.qmp_file = self.qmp.makefile("r")
            self.qmp_file.readline()
            self._qmp("qmp_capabilities")
        self.qmp.sendall(json.dumps({"execute": command}).encode() + b"\n")
        while True:
            answer = json.loads(self.qmp_file.readline())
            if "error" in answer:
                raise MachineError(f"{self.name}: QMP {command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def pause(self):
        """Stop the machine's processors (it neither answers nor notices)."""
        self._qmp("stop")

    def resume(self):
        """Let a paused machine go on."""
        self._qmp("cont")

    # -- commands --------------------------------------------------------------------------------

    def spawn(self, command, stdin=None):
        """Start a command; returns a channel.Command at once."""
        if not self.channel:
            raise MachineError(f"{self.name} does not run")
        return self.channel.start(command, stdin)

    def run(self, command, timeout=300, stdin=None):
        """Run a command to its end, whatever its status; returns a channel.Command."""
        return self.spawn(command, stdin).wait(timeout)

    def sh(self, command, timeout=300, stdin=None):
        """Run a command that must succeed; returns its standard output."""
        return self.spawn(command, stdin).check(timeout).out

    def write_file(self, path, text):
        """Write a file in the machine."""
        self.sh(f"mkdir -p $(dirname {path}) && cat > {path}", stdin=text.encode())

    def read_file(self, path):
        """Read a file of the machine, as bytes."""
        return self.spawn(f"cat {path}").check().raw

    def wait_until(self, command, timeout=300, interval=0.3):
        """Repeat a command until it succeeds; returns its output."""
        deadline = time.monotonic() + timeout
        while True:
            last = self.run(command)
            if last.rc == 0:
                return last.out
            if time.monotonic() > deadline:
                raise MachineError(f"{self.name}: '{command}' still fails ({last.rc}) after "
                                   f"{timeout} s: {last.out[-2000:]} {last.err[-2000:]}")
            time.sleep(interval)

    # -- faults of disks ---------------------------------------------------------------------------

    def dm_create(self, name, disk):
        """Put a device-mapper device /dev/mapper/NAME over a disk ("/dev/vda")."""
        self.sh(f"echo 0 $(blockdev --getsz {disk}) linear {disk} 0 | dmsetup create {name}")
        return f"/dev/mapper/{name}"

    def dm_behave(self, name, disk, how="linear", **options):
        """Change what a dm_create()d device does: "linear", "error", "flakey" (up=, down=, features=),
        "delay" (read_ms=, write_ms=)."""
        table = {
            "linear": "linear {d} 0",
            "error": "error",
            "flakey": "flakey {d} 0 {up} {down} {features}",
            "delay": "delay {d} 0 {read_ms} {d} 0 {write_ms}",
        }[how].format(d=disk, **{"up": 1, "down": 1, "features": "", "read_ms": 0, "write_ms": 0,
                                 **options})
        # no flush: I/O that waits in the suspended device meets the new table
        self.sh(f"dmsetup suspend --nolockfs --noflush {name} && "
                f"echo 0 $(blockdev --getsz {disk}) {table} | dmsetup load {name}; "
                f"rc=$?; dmsetup resume {name}; exit $rc")

    # -- judgement ---------------------------------------------------------------------------------

    def splats(self):
        """Excerpts of the console that a kernel must never print."""
        return [f"{self.name} ({self.console}):\n{s}" for s in
                find_splats(self.console.read_text(errors="replace"))]

    def kmemleak(self):
        """Unreferenced objects (text), "" when none or when the kernel has no kmemleak."""
        if not self.running or self.kernel != "debug":
            return ""
        # A scan overlooks what is only in a register or on its way between two lists, and an object
        # younger than 5 s is not judged: what three scans miss is leaked.
        return self.sh("k=/sys/kernel/debug/kmemleak; [ -e $k ] || exit 0; echo scan > $k; sleep 6; "
                       "echo scan > $k; [ -n \"$(cat $k)\" ] || exit 0; "
                       "sleep 6; echo scan > $k; cat $k", timeout=900)
