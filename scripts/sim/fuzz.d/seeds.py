#!/usr/bin/python3
"""Packets of recorded conversations as inputs of the fuzz targets, and superblocks and blocks by the spec.

Stands in for the program that reencode.py starts: reads its records from stdin, answers one line for each. Writes to
$SEEDS/TARGET, named by content, a few of each kind. Formats: what the targets take, in that order.
"""
import collections
import hashlib
import os
import pathlib
import struct
import sys

SEEDS = pathlib.Path(os.environ["SEEDS"])
DIGESTS = (0, 4, 16, 20, 32, 48, 64, 255)
TWOPC = (0x2E, 0x47, 0x2F, 0x45, 0x46, 0x48, 0x35)  # in the order of enum drbd_twopc_cmd, then PREP_RSZ
OF_A_KIND = 6
many = collections.Counter()


def seed(target, kind, data):
    """One more input, unless there are enough of the kind."""
    many[target, kind] += 1
    if many[target, kind] > OF_A_KIND:
        return
    directory = SEEDS / target
    directory.mkdir(parents=True, exist_ok=True)
    (directory / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def link_of(version, features, digests):
    """struct drbd_wire_link as take_link() reads it."""
    return struct.pack("<BH", version, features) + bytes(DIGESTS.index(d) if d in DIGESTS else 0 for d in digests)


def twopc_start():
    """A node that is connected with 0, 2 and 3, and not Primary."""
    return struct.pack("<BHIIII", 1, 0x1FE, 0x0D, 0, 0, 0)


def packets(stream):
    """All records of one conversation."""
    twopc, bitmap = b"", b""
    while head := stream.read(20):
        version, features, side, *digests, length = struct.unpack("<III4BI", head)
        raw = stream.read(length)
        link = link_of(version, features, digests)
        size = 16 if raw[:4] == b"\x86\x20\xec\x20" else 8
        number = struct.unpack(">H", raw[6:8] if size == 16 else raw[4:6])[0]
        payload = raw[size:]
        kind = (version, number)
        seed("header", kind, link + bytes([side & 1]) + raw[:16])
        seed("packet", kind + (len(payload) // 600,), link + bytes([0, number & 255]) + payload)
        if number == 0x0E:
            seed("state", payload, link + payload[::-1] + payload[::-1])
        elif number in (0x12, 0x2A):
            seed("state", payload, link + payload[3::-1] + payload[7:3:-1])
        elif number == 0x42 and len(payload) < 2040:
            seed("uuids", hash(payload) % 64, link + bytes([len(payload) // 8]) + payload + payload[:8] * 8 + payload[40:48] * 4)
        elif number == 0x0C:
            seed("uuids", hash(payload) % 64, link + bytes([len(payload) // 8]) + payload + payload[:8] * 12)
        elif number in (0x04, 0x24):
            if number == 0x24:
                seed("bitmap_code", hash(payload) % 64, b"\0" + payload)
            bitmap += bytes([0x80 | (number == 0x24)]) + struct.pack("<H", len(payload)) + payload
        elif number in TWOPC:
            what = TWOPC.index(number)
            twopc += bytes([what, 0, 3]) + payload.ljust(36, b"\0")
            # whatever the automaton asked for is done
            twopc += bytes([7, 0, 0]) if what in (0, 6) else bytes([10, 0, 0])
        print("same", number)
        if len(twopc) > 400:
            seed("twopc", len(twopc), twopc_start() + twopc)
            twopc = b""
        if len(bitmap) > 1000:
            bitmap = bitmap[:5000]
            seed("bitmap_xfer", len(bitmap), bytes([0x11, 0, 255, 255]) + bitmap)
            bitmap = b""
    seed("twopc", 0, twopc_start() + twopc)
    seed("bitmap_xfer", 0, bytes([0x11, 0, 255, 255]) + bitmap)


def superblock(how, sectors, block):
    """Internal, node 0."""
    prefix = bytes([how, 0xC1, 0xFD, 1, 0xC0]) + struct.pack("<QIIQBB", sectors, 6, 2, 0, 3, 4)
    return prefix + block


def superblocks():
    """spec/metadata.md 13.1 to 13.3."""
    def v09(effective, uuid, members, device, flags, extents, bio, node, peers, history):
        block = struct.pack(">QQQ24xQIIIiIiIIIiII8x", effective, uuid, members, device, flags, 0x8374026D, 88, -64, extents, -80,
                            4096, bio, 3, node, 1, 8)
        for n in range(32):
            block += struct.pack(">QQIi8x", *peers.get(n, (0, 0, 0, -1)))
        return (block + struct.pack(">%dQ" % len(history), *history)).ljust(4096, b"\0")

    fresh = v09(0, 4, 0, 0, 0x80, 257, 0, -1, {}, [])
    live = v09(130984, 0x1122334455667789, 7, 0xDEADBEEF01020304, 0x4D3, 1237, 1 << 20, 0,
               {1: (0xAABBCCDDEEFF0010, 0x123456, 0x10011, 0), 2: (0, 0, 0x11, 1)}, [0x0102030405060708, 0x1112131415161718])
    old = struct.pack(">QQQQQQ8xIIIiIiIIII", 131024, 0x1111111111111111, 0x2222222222222222, 0x3333333333333332, 0x4444444444444444,
                      0xDEADBEEF01020304, 0xD7, 0x8374026B, 80, -64, 1237, -72, 4096, 1 << 20, 1, 8).ljust(4096, b"\0")
    for block in fresh, live, old:
        for how in 0x0F, 0x07, 0x47:
            seed("superblock", (block, how), superblock(how, 131072, block))


def activity_log():
    """AL-3 of spec/metadata.md 13.5, sealed by the target; a run of transactions."""
    block = struct.pack(">III2H2H16x", 0x69CB65A2, 2, 0, 0, 3, 1237, 0)
    block += struct.pack(">3H", 1236, 1235, 1234).ljust(128, b"\xff") + struct.pack(">3I", 0, 7, 1000).ljust(256, b"\xff")
    seed("actlog", 0, bytes([12]) + struct.pack("<I", 2) + block.ljust(4096, b"\xff"))
    runs = b"".join(struct.pack("<BBHH", 0, 0, 1237, 919 * (i % 2)) for i in range(9))
    seed("actlog", 1, bytes([0]) + struct.pack("<I", 0) + runs)
    seed("actlog", 2, bytes([1]) + struct.pack("<I", 0xFFFFFFFE) + runs)
    pmem = struct.pack(">II", 0x6AA667A6, 5).ljust(4096, b"\xff")
    seed("actlog", 3, bytes([4]) + struct.pack("<I", 1237) + pmem)


packets(sys.stdin.buffer)
superblocks()
activity_log()
for name in ("bitmap_layout", "bitmap_code", "header"):
    seed(name, 0, bytes([1] * 40))
