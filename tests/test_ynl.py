"""The kernel's own netlink tools, given the specification of the 8.4 family, drive the running driver."""

import os
import pathlib
import re

from drbdlab import MIB

HERE = pathlib.Path(__file__).resolve().parent
TREE = pathlib.Path(os.environ.get("TREE", HERE.parent / "build" / "linux")).resolve()


def test_ynl_lifecycle(cluster):
    """Create, configure, promote, dump and remove a resource with pyynl and cli.py, and see the events."""
    node, = lab = cluster(1, disks=(24 * MIB,), capture=False)
    node.sh("modprobe drbd")
    out = node.sh(f"/usr/bin/python3 -B {HERE}/ynl_lifecycle.py {TREE} /dev/vda "
                  f"{lab.address(0)} {lab.address(1)} 7790 2>&1", timeout=900)
    print(out)
    assert re.search(r"^ynl lifecycle: [1-9]\d* checks passed$", out.splitlines()[-1])
