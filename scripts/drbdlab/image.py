"""The initial RAM file system of a test machine: busybox, the agent, kernel modules, init.sh."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build"))
BUSYBOX = pathlib.Path("/bin/busybox")


class KernelMissing(Exception):
    """The kernel or the module set asked for has not been built."""


def kernel_image(kernel):
    """Path of the bzImage of configuration `kernel` ("release", "debug")."""
    path = BUILD / "k" / kernel / "arch/x86/boot/bzImage"
    if not path.exists():
        raise KernelMissing(f"{path} is missing: run scripts/build-kernel {kernel}")
    return path


def modules_dir(kernel, engine):
    """Module tree (lib/modules/RELEASE) of `kernel` with drbd.ko of `engine` ("84")."""
    path = BUILD / "modules" / f"{kernel}-{engine}"
    if not path.exists():
        raise KernelMissing(f"{path} is missing: run scripts/build-kernel {kernel}")
    return path


def build_agent():
    """Compile the agent when its source is newer; return its path."""
    source, agent = HERE / "agent.c", BUILD / "lab" / "agent"
    if not agent.exists() or agent.stat().st_mtime < source.stat().st_mtime:
        agent.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["gcc", "-O2", "-static", "-Wall", "-Wno-unused-result",
                        "-o", f"{agent}.tmp", str(source), "-lutil"], check=True)
        os.replace(f"{agent}.tmp", agent)
    return agent


def cpio_entry(name, mode, data=b"", rdev=(0, 0)):
    """One member of a newc archive."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(encoded), 0)
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + encoded
    head += b"\0" * (-len(head) % 4)
    return head + data + b"\0" * (-len(data) % 4)


def initramfs(kernel, engine):
    """Build (when stale) the initramfs of a kernel and module set; return its path."""
    agent, modules = build_agent(), modules_dir(kernel, engine)
    image = BUILD / "lab" / f"initramfs-{kernel}-{engine}.cpio"
    sources = [agent, HERE / "init.sh", HERE / "image.py", BUSYBOX, modules]
    if image.exists() and all(s.stat().st_mtime <= image.stat().st_mtime for s in sources):
        return image
    out = [cpio_entry(d, 0o040755) for d in
           ("bin", "dev", "proc", "sys", "lower", "rw", "new", "lib", "lib/modules")]
    out.append(cpio_entry("dev/console", 0o020600, rdev=(5, 1)))
    out.append(cpio_entry("init", 0o100755, (HERE / "init.sh").read_bytes()))
    out.append(cpio_entry("agent", 0o100755, agent.read_bytes()))
    out.append(cpio_entry("bin/busybox", 0o100755, BUSYBOX.read_bytes()))
    base = modules / "lib/modules"
    for path in sorted(base.rglob("*")):
        name = "lib/modules/" + str(path.relative_to(base))
        if path.is_symlink():
            continue    # "build": of no use in the machine
        if path.is_dir():
            out.append(cpio_entry(name, 0o040755))
        else:
            out.append(cpio_entry(name, 0o100644, path.read_bytes()))
    out.append(cpio_entry("TRAILER!!!", 0))
    temporary = image.with_suffix(".tmp%d" % os.getpid())
    temporary.write_bytes(b"".join(out))
    os.replace(temporary, image)
    return image
