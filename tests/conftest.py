"""Fixtures of the cluster scenarios.

A scenario asks for `cluster` (a factory) and gets machines that are taken down and judged when it
ends: splats, leaks and malformed packets fail it even when all its own assertions held. What a
failed scenario leaves behind (consoles, status, captures) stays in a directory whose path is printed.
"""

import os
import pathlib
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "scripts"))
os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin:" + os.environ.get("PATH", "")

from drbdlab import Cluster, terminate_in_order  # noqa: E402


def pytest_sessionstart(session):
    """SIGTERM ends a session in order, too."""
    terminate_in_order()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Let the fixture know how the scenario itself ended."""
    report = (yield).get_result()
    setattr(item, f"report_{report.when}", report)


@pytest.fixture
def cluster(request):
    """cluster(nodes=..., ...) -> a started Cluster with a capture of everything between its nodes."""
    made = []

    def make(nodes=2, *, kernel="debug", capture=True, start=True, **options):
        name = request.node.name.replace("[", "-").rstrip("]")
        lab = Cluster(nodes, kernel, name=name, **options)
        made.append(lab)
        if capture:
            lab.capture()
        if start:
            lab.start()
        return lab

    yield make
    failed = getattr(request.node, "report_call", None) is None or request.node.report_call.failed
    for lab in made:
        try:
            if failed:
                lab.keep = True
                lab._collect()
                lab.check_splats()
            else:
                lab.finish()
        except BaseException:
            lab.keep = True
            raise
        finally:
            lab.close()
            if lab.keep:
                print(f"\nconsoles, status and captures: {lab.directory}")
