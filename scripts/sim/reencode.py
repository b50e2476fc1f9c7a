"""Packets of the captures in the form that reencode.c reads. Framing and negotiation: drbd-trace.py."""
import collections
import importlib.util
import pathlib
import struct
import subprocess
import sys
import types

# What 9.3.3 does against the protocol (spec/wire.md 5.13): a packet that 8.4 does not know. It has to be refused.
KNOWN = "FAIL P_ENABLE_REPLICATION: feature (128)"
HANDSHAKE = ("P_INITIAL_DATA", "P_INITIAL_META", "P_CONNECTION_FEATURES")


def load(path):
    """The trace reader as a module; headers keep their bytes."""
    spec = importlib.util.spec_from_file_location("drbd_trace", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    parse = tool.parse_header

    def parse_header(buf, off=0):
        header = parse(buf, off)
        if header:
            header.raw = buf[off:off + header.size]
        return header

    tool.parse_header = parse_header
    return tool


def records(tool, path):
    """(name, record) of every packet of a capture."""
    found = []

    class Trace(tool.Trace):
        """Emits a packet as it is decoded: digests depend on what came before."""

        def decode(self, message):
            super().decode(message)
            header, link = message.header, message.socket.link
            side, name = link.sides[message.src[0]], message.header.name
            verify, csums = link.algorithms(side, header.vnr)
            size = tool.DIGEST_SIZE
            early = name in HANDSHAKE
            # A capture may begin behind the packet that names an algorithm; the length tells then.
            length = len(message.payload)
            digests = (size.get(side.integrity_alg, (length - 24) % 512 % 65),
                       size.get(verify, length - (32 if "DAGTAG" in name else 24) & 127),
                       size.get(csums, length - (32 if "DAGTAG" in name else 24) & 127),
                       min(length, 255) if name == "P_AUTH_RESPONSE" else 0)
            if side.integrity_alg == "":
                digests = (0, *digests[1:])
            raw = header.raw + message.payload
            found.append((name, struct.pack("<III4BI", 0 if early else link.proto, 0 if early else link.features,
                                            2 if message.socket.stream == "C" else 1, *digests, len(raw)) + raw))

    Trace(str(path), types.SimpleNamespace(proto=None, features=None))
    return found


def main():
    """Totals a capture; the first of each kind of failure; fails if there was one."""
    program, reader, *captures = sys.argv[1:]
    tool, names, failed, total = load(reader), set(), 0, 0
    for path in map(pathlib.Path, captures):
        found = records(tool, path)
        result = subprocess.run([program], input=b"".join(record for _, record in found), check=True,
                                stdout=subprocess.PIPE)
        lines = [line.replace("FAIL", "refused", 1) if line.startswith(KNOWN) else line
                 for line in result.stdout.decode().splitlines()]
        if len(lines) != len(found) or not found:
            sys.exit(f"{path.name}: {len(found)} packets, {len(lines)} answers")
        count = collections.Counter(line.split()[0] for line in lines)
        print(f"  {path.name:52} {len(lines):6} packets, {count['same']:6} same, {count['pad']:5} other padding, "
              f"{count['refused']} rightly refused, {count['FAIL']} failed")
        for line, many in collections.Counter(line for line in lines if line.startswith("FAIL")).most_common(5):
            print(f"    {many} x {line}")
        names |= {name for name, _ in found}
        failed, total = failed + count["FAIL"], total + len(lines)
    print(f"  {total} packets of {len(names)} kinds, {failed} failed")
    sys.exit(1 if failed else 0)


main()
