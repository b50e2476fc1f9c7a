"""The KUnit suites in a real kernel, beside those of User Mode Linux: as a module, several processors, all checkers."""

import re


def test_kunit_module(cluster):
    """The module with the suites loads (so the core exports what it must), and every suite passes."""
    node, = cluster(1, disks=(), capture=False)
    node.sh("modprobe drbd_kunit", timeout=3600)
    # the ring buffer is too small for all of it
    log = re.sub(r"^\[ *[\d.]+\] ", "", node.console.read_text(errors="replace"), flags=re.M)
    suites = re.findall(r"^ok \d+ (drbd-\S+)", log, flags=re.M)
    assert len(suites) > 40, f"only {len(suites)} suites ran: {suites}"
    assert not re.findall(r"^ *not ok .*$", log, flags=re.M)
    node.sh("modprobe -r drbd_kunit")
