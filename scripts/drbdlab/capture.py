"""Captures judged by two decoders that are not ours to please: tshark and drbd-trace.py."""

import os
import pathlib
import re
import subprocess

from .image import TOP

TRACE = pathlib.Path(os.environ.get("SHARED", TOP.parent / "shared")) / "tools" / "drbd-trace.py"
TSHARK = ["tshark", "--enable-heuristic", "drbd_tcp", "-o", "tcp.try_heuristic_first:TRUE",
          # a capture of both ends of a virtual link: checksums are left to the other end
          "-o", "tcp.check_checksum:FALSE"]


# What drbd-trace.py --check calls an error and the 8.4 engine, whose word is law here, does: every entry
# says why. Nothing else is let through.
KNOWN = (
    # drbd_worker.c sends the hint for the device whose queue was unplugged, with its volume number in
    # the header; the receiver ignores it. The specification (wire.md 2.4) knows only volume 0.
    re.compile(r"ERROR: frame \d+, \S+ P_UNPLUG_REMOTE: volume \d+ in a packet for the connection$"),
)

# A machine that was killed or a link that was cut leaves a conversation without its end.
CUT_OFF = re.compile(r"ERROR: frame \d+, .*: \S+ is cut off: \d+ bytes remain$")


class BadCapture(Exception):
    """A capture holds something that no DRBD node may send."""


def tshark(path, *arguments):
    """Run tshark on a capture; returns its output."""
    done = subprocess.run([*TSHARK, "-r", str(path), *arguments], text=True, capture_output=True,
                          env={**os.environ, "HOME": "/root"})
    if done.returncode:
        raise BadCapture(f"{path}: tshark: {done.stderr.strip()}")
    return done.stdout


def check_capture(path, dropped=0, disturbed=False):
    """Raise BadCapture unless every packet in it is well-formed for both decoders.

    disturbed: machines were killed or links cut meanwhile, so a conversation may end in mid-packet.
    """
    if dropped:
        raise BadCapture(f"{path}: the kernel dropped {dropped} packets while capturing")
    malformed = tshark(path, "-Y", "drbd && _ws.malformed", "-T", "fields",
                       "-e", "frame.number", "-e", "ip.src", "-e", "_ws.col.Info")
    if malformed.strip():
        raise BadCapture(f"{path}: malformed for tshark:\n{malformed}")
    done = subprocess.run(["/usr/bin/python3", str(TRACE), "--check", str(path)], text=True,
                          capture_output=True)
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip().startswith("ERROR")]
        known = (*KNOWN, CUT_OFF) if disturbed else KNOWN
        new = [line for line in lines if not any(pattern.match(line) for pattern in known)]
        if new or not lines:
            raise BadCapture(f"{path}: {TRACE.name} --check:\n" +
                             "\n".join(new[:40] or [(done.stdout + done.stderr)[-4000:]]))


def packet_names(path):
    """Names of DRBD's packets in the capture, in order, as drbd-trace.py writes them."""
    done = subprocess.run(["/usr/bin/python3", str(TRACE), "--sequence", str(path)], text=True,
                          capture_output=True)
    if done.returncode:
        raise BadCapture(f"{path}: {(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
