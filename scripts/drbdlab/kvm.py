"""Whether /dev/kvm runs a real guest. It may exist and yet not work for ordinary ones."""

import pathlib

from . import image


def usable():
    """True only after a lab machine has once spoken under KVM since this host booted."""
    if not pathlib.Path("/dev/kvm").exists():
        return False
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    memo = image.BUILD / "lab" / "kvm"
    if memo.exists() and memo.read_text().startswith(boot):
        return memo.read_text().split()[1] == "works"
    works = _try_guest()
    memo.parent.mkdir(parents=True, exist_ok=True)
    memo.write_text(f"{boot} {'works' if works else 'fails'}\n")
    return works


def _try_guest():
    from .cluster import Cluster
    from .machine import MachineError
    kernels = [k for k in ("release", "debug")
               if (image.BUILD / "k" / k / "arch/x86/boot/bzImage").exists()]
    if not kernels:
        return False
    try:
        with Cluster(1, kernels[0], disks=(), name="kvm-probe", accel="kvm") as cluster:
            cluster[0].launch()
            cluster[0].wait_up(30)
            # SMP work under load, not just a prompt
            cluster[0].sh("for i in 1 2 3 4; do md5sum /bin/bash & done; wait", timeout=30)
    except (MachineError, OSError, Exception):  # pylint: disable=broad-except
        return False
    return True
