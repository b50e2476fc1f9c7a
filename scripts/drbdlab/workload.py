"""Data that can be checked: fio with checksums, files on ext4, and a writer that remembers what was
acknowledged to it."""

import base64



FIO = ("fio --name={name} --filename={path} --rw={rw} --bs={bs} --size={size} --offset={offset} --direct=1 --thread "
       "--ioengine=libaio --iodepth=8 --verify=crc32c --verify_fatal=1 --randseed={seed} "
       "--verify_state_save=0 --fallocate=none --output-format=terse {more}")


class Fio:
    """A region written by fio with a crc32c in every block; verify() reads every byte of it."""

    def __init__(self, path, size, offset=0, seed=1, rw="write", bs="64k"):
        self.fields = {"name": "data", "path": path, "size": size, "offset": offset, "seed": seed,
                       "rw": rw, "bs": bs}

    def command(self, more):
        """fio's command line."""
        return FIO.format(more=more, **self.fields)

    def write(self, node, timeout=900):
        """Write the region."""
        node.sh(self.command("--do_verify=0"), timeout)

    def verify(self, node, timeout=900):
        """Read and check it."""
        node.sh(self.command("--verify_only"), timeout)


class Files:
    """An ext4 file system with files and the list of their checksums."""

    def __init__(self, device, mountpoint="/mnt"):
        self.device, self.mountpoint = device, mountpoint

    def make(self, node, count=60):
        """mkfs, mount, write files and their checksums, sync."""
        node.sh(f"mkfs.ext4 -q -E nodiscard {self.device} && mount {self.device} {self.mountpoint} && "
                f"cd {self.mountpoint} && for i in $(seq {count}); do mkdir -p d$((i % 7)); "
                "head -c $((i * 4099)) /dev/urandom > d$((i % 7))/f$i; done; "
                "sha256sum d*/f* > SUMS; sync", timeout=900)

    def check(self, node, mount=True):
        """Mount (journal replay included), check every file; returns their number."""
        if mount:
            node.sh(f"mount {self.device} {self.mountpoint}")
        out = node.sh(f"cd {self.mountpoint} && sha256sum -c SUMS", timeout=900)
        return out.count(": OK")

    def umount(self, node):
        """Unmount."""
        node.sh(f"umount {self.mountpoint}")


WRITER = r"""
import mmap, os, struct, sys, zlib
path, start, slots = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
fd = os.open(path, os.O_RDWR | os.O_DIRECT)
block = mmap.mmap(-1, 4096)
seq = 0
while True:
    seq += 1
    body = struct.pack(">Q", seq) * 511
    block[:] = struct.pack(">II", 0x6472626c, zlib.crc32(body)) + body
    os.pwrite(fd, block, start + seq % slots * 4096)
    os.write(1, b"%d\n" % seq)
"""

READER = r"""
import mmap, os, struct, sys, zlib
path, start, slots = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
fd = os.open(path, os.O_RDONLY | os.O_DIRECT)
block = mmap.mmap(-1, 4096)
for slot in range(slots):
    os.preadv(fd, [block], start + slot * 4096)
    magic, crc = struct.unpack(">II", block[:8])
    seq = -1
    if magic == 0x6472626c and zlib.crc32(block[8:]) == crc:
        seq = struct.unpack(">Q", block[8:16])[0]
    print(slot, seq)
"""


class LostWrite(Exception):
    """A write that had been acknowledged is not there."""


class AckedWriter:
    """Writes numbered blocks in a circle and remembers, on the host, which were acknowledged."""

    def __init__(self, path, start=0, slots=256):
        self.arguments = f"{path} {start} {slots}"
        self.start, self.slots = start, slots
        self.command = None

    def _python(self, program):
        text = base64.b64encode(program.encode()).decode()
        return f"/usr/bin/python3 -I -c \"$(echo {text} | base64 -d)\" {self.arguments}"

    def begin(self, node):
        """Start to write in the background."""
        self.command = node.spawn("exec " + self._python(WRITER))

    @property
    def acknowledged(self):
        """Number of the last write whose acknowledgment reached the host."""
        lines = self.command.out.rsplit("\n", 2)
        return int(lines[-2]) if len(lines) > 1 and lines[-2] else 0

    def stop(self):
        """End the writer (it may be gone with its machine)."""
        if not self.command.done.is_set():
            self.command.kill(9)
        self.command.done.wait(300)

    def check(self, node):
        """Every acknowledged block must be readable on `node`; returns how many were."""
        last = self.acknowledged
        if last == 0:
            raise LostWrite("the writer wrote nothing: a test without a subject")
        found = dict(map(int, line.split()) for line in
                     node.sh(self._python(READER), timeout=600).splitlines())
        for slot in range(self.slots):
            newest = last - (last - slot) % self.slots    # last acknowledged number of this slot
            if newest > 0 and found[slot] < newest:
                raise LostWrite(f"block {slot}: number {newest} was acknowledged, "
                                f"{node.name} has {found[slot]}")
        return min(last, self.slots)


__all__ = ["AckedWriter", "Files", "Fio", "LostWrite"]
