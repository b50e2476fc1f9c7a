"""DRBD in the lab: configuration files, waiting for states, progress, verifiable data.

Everything here talks to the machines through Debian's unmodified drbd-utils.
"""

import re
import time

GLOBAL = """global { usage-count no; }
common { }
include "/etc/drbd.d/*.res";
"""


class DrbdError(Exception):
    """DRBD did not get where it should; names resource, node and states."""


class Resource:
    """One resource on the nodes of a cluster.

    volumes        list of (device minor, backing device) or of (minor, backing device, meta-disk)
    options        section name -> {option: value}, e.g. {"net": {"protocol": "C"}}
    """

    def __init__(self, cluster, name="r0", volumes=((0, "/dev/vda"),), port=7000, options=None,
                 nodes=None, family=4):
        self.cluster, self.name, self.port = cluster, name, port
        self.volumes = [(*v, "internal") if len(v) == 2 else tuple(v) for v in volumes]
        self.options = options or {}
        self.members = list(cluster.nodes if nodes is None else nodes)
        self.family = family

    @property
    def device(self):
        """Path of the first volume's block device."""
        return f"/dev/drbd{self.volumes[0][0]}"

    def config(self):
        """The resource file, in the grammar that drbd-utils 8.4 and 9 share where possible."""
        old = all(node.engine == "84" for node in self.members)
        out = [f"resource {self.name} {{"]
        for section, values in self.options.items():
            out.append(f"  {section} {{")
            out += [f"    {key} {value};" for key, value in values.items()]
            out.append("  }")
        for node in self.members:
            ip = self.cluster.address(node.number, family=self.family)
            address = f"ipv6 [{ip}]:{self.port}" if self.family == 6 else f"{ip}:{self.port}"
            out.append(f"  on {node.name} {{")
            if not old:
                out.append(f"    node-id {node.number};")
            for number, (minor, disk, meta) in enumerate(self.volumes):
                out.append(f"    volume {number} {{ device /dev/drbd{minor} minor {minor}; "
                           f"disk {disk}; meta-disk {meta}; }}")
            out.append(f"    address {address};")
            out.append("  }")
        if not old:
            hosts = " ".join(node.name for node in self.members)
            out.append(f"  connection-mesh {{ hosts {hosts}; }}")
        out.append("}")
        return "\n".join(out) + "\n"

    def install(self, nodes=None):
        """Write the configuration and load the module."""
        def one(node):
            node.write_file("/etc/drbd.conf", GLOBAL)
            node.write_file(f"/etc/drbd.d/{self.name}.res", self.config())
            node.sh("modprobe drbd")
        self.cluster.parallel(one, self.members if nodes is None else nodes)

    def create_md(self, nodes=None):
        """Fresh metadata on every member."""
        self.cluster.parallel(
            lambda node: node.sh(f"drbdadm --force create-md {self.name}", timeout=600),
            self.members if nodes is None else nodes)

    def up(self, nodes=None):
        """drbdadm up."""
        self.cluster.parallel(lambda node: node.sh(f"drbdadm up {self.name}"),
                              self.members if nodes is None else nodes)

    def down(self, nodes=None):
        """drbdadm down."""
        self.cluster.parallel(lambda node: node.sh(f"drbdadm down {self.name}"),
                              self.members if nodes is None else nodes)

    # -- states ----------------------------------------------------------------------------------

    def states(self, node):
        """(roles, connection states, disk states), a list with one each a volume (or connection), e.g.
        (["Primary/Secondary"], ["Connected"], ["UpToDate/UpToDate"])."""
        if node.engine == "84":
            # the same words as drbdadm's, and in an emulated machine a hundred times cheaper
            lines = re.findall(r"^ *(\d+): cs:(\S+) ro:(\S+) ds:(\S+)", node.run("cat /proc/drbd").out,
                               re.M)
            mine = {str(minor) for minor, _, _ in self.volumes}
            seen = [line for line in lines if line[0] in mine]
            return ([s[2] for s in seen], [s[1] for s in seen], [s[3] for s in seen])
        out = node.run("; echo -; ".join(f"drbdadm {what} {self.name}"
                                         for what in ("role", "cstate", "dstate"))).out
        return tuple(part.split() for part in out.split("-\n"))

    def wait(self, node, cstate=None, dstate=None, role=None, timeout=600, poll=None):
        """Wait until every volume of `node` is in these states (regular expressions)."""
        wanted = {"role": role, "cstate": cstate, "dstate": dstate}
        deadline = time.monotonic() + timeout
        while True:
            seen = dict(zip(("role", "cstate", "dstate"), self.states(node)))
            if all(want is None or (seen[what] and all(re.fullmatch(want, s) for s in seen[what]))
                   for what, want in wanted.items()):
                return seen
            if poll:
                poll(node)
            if time.monotonic() > deadline:
                raise DrbdError(f"{self.name} on {node.name}: wanted "
                                f"{ {k: v for k, v in wanted.items() if v} }, still {seen} "
                                f"after {timeout} s\n{self.status(node)}")
            time.sleep(0.3)

    def wait_synced(self, timeout=900, poll=None, nodes=None):
        """Wait until all given members are connected and UpToDate on both sides."""
        for node in self.members if nodes is None else nodes:
            self.wait(node, cstate="Connected", dstate="UpToDate(/UpToDate)+", timeout=timeout,
                      poll=poll)

    def status(self, node):
        """Text of drbdadm status."""
        done = node.run(f"drbdadm status {self.name} --verbose --statistics; cat /proc/drbd")
        return done.out + done.err

    def progress(self, node):
        """Percentage of a running resync (None when there is none)."""
        ask = "cat /proc/drbd" if node.engine == "84" else f"drbdsetup status --statistics {self.name}"
        found = re.search(r"sync'ed:\s*([\d.]+)%|done:([\d.]+)", node.run(ask).out)
        return float(found.group(1) or found.group(2)) if found else None

    def out_of_sync(self, node):
        """KiB that are not in sync, by /proc/drbd."""
        return sum(int(n) for n in re.findall(r"\boos:(\d+)", node.sh("cat /proc/drbd")))

    # -- data ------------------------------------------------------------------------------------

    def primary(self, node, force=False):
        """Promote."""
        node.sh(f"drbdadm primary {'--force ' if force else ''}{self.name}")

    def secondary(self, node):
        """Demote."""
        node.sh(f"drbdadm secondary {self.name}")

    def checksum(self, node, device=None):
        """md5 of a whole block device, read from the disk and not from a cache."""
        device = device or self.device
        return node.sh(f"blockdev --flushbufs {device}; "
                       f"dd if={device} bs=1M iflag=direct status=none | md5sum",
                       timeout=900).split()[0]

    def data_checksums(self, volume=0):
        """md5 of the replicated part of each member's backing device: what must be equal.

        Every member must be Secondary, which keeps writes away; the length is the DRBD device's.
        """
        minor, disk, _ = self.volumes[volume]

        def one(node):
            count = 512 * int(node.sh(f"cat /sys/block/drbd{minor}/size"))
            return node.sh(f"blockdev --flushbufs {disk}; "
                           f"dd if={disk} bs=64k iflag=direct,count_bytes count={count} status=none"
                           " | md5sum", timeout=900).split()[0]
        return self.cluster.parallel(one, self.members)
