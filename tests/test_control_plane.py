"""The control plane of the DRBD 9 engine, driven by Debian's unmodified drbd-utils.

Nodes connect, agree on changes and keep what they know; what they replicate is in test_data_plane.
"""

import itertools
import json
import os
import time

import pytest

from drbdlab import MIB, Resource

DISKS = (12 * MIB, 12 * MIB)
NET = {"protocol": "C", "ping-timeout": "100", "timeout": "60", "connect-int": "5"}
ROUNDS = int(os.environ.get("ROUNDS", "100" if os.environ.get("ALL") else "12"))
# What would make a check of everything last too long; `make scenarios ALL=1` runs these as well.
long = pytest.mark.skipif(not os.environ.get("ALL"), reason="only with ALL=1")


def view(resource, node):
    """What a node says: (role, disks, {peer: (connection, role, replications, disks)})."""
    text = node.run(f"drbdsetup status {resource.name} --json").out
    found = json.loads(text) if text.strip() else []
    if not found:
        return None
    seen = found[0]
    peers = {}
    for conn in seen["connections"]:
        volumes = conn["peer_devices"]
        peers[conn["name"]] = (conn["connection-state"].strip(), conn["peer-role"],
                               [v["replication-state"] for v in volumes],
                               [v["peer-disk-state"] for v in volumes])
    return seen["role"], [d["disk-state"] for d in seen["devices"]], peers


def wait_view(resource, node, wanted, what, timeout=600):
    """Wait until wanted(view) is true."""
    deadline = time.monotonic() + timeout
    while True:
        seen = view(resource, node)
        if seen and wanted(seen):
            return seen
        assert time.monotonic() < deadline, f"{node.name}: {what}; still {seen}"
        time.sleep(0.5)


def established(resource, nodes, peers=None):
    """Wait until `nodes` are Connected and Established to `peers` (all members)."""
    names = {n.name for n in (peers or resource.members)}
    for node in nodes:
        wait_view(resource, node, lambda seen, me=node.name: all(
            seen[2][p][0] == "Connected" and set(seen[2][p][2]) == {"Established"}
            for p in names - {me}), "not Established everywhere")


def disks(resource, node, state, peers=()):
    """Wait until the disks of a node, and those of `peers` as it sees them, are in a state."""
    wait_view(resource, node, lambda seen: set(seen[1]) == {state} and all(
        set(seen[2][p.name][3]) == {state} for p in peers), f"disks are not {state}")


def generations(resource, node):
    """Current UUID of each volume, as the metadata on disk has it, without the Primary bit."""
    out = []
    for number in range(len(resource.volumes)):
        text = node.sh(f"drbdadm dump-md {resource.name}/{number} --force 2>/dev/null")
        line = next(x for x in text.splitlines() if "current-uuid" in x)
        out.append(int(line.split()[1].rstrip(";"), 16) & ~1)
    return out


def bring_up(cluster, nodes=3, *, net=None, options=None, disk=None, **kwargs):
    """A resource with fresh metadata on all nodes, Established everywhere."""
    made = {k: kwargs.pop(k) for k in ("volumes", "family") if k in kwargs}
    lab = cluster(nodes, engine="9", disks=DISKS, **kwargs)
    resource = Resource(lab, options={"options": {"auto-promote": "no", **(options or {})},
                                      "net": {**NET, **(net or {})},
                                      "disk": disk or {}}, **made)
    resource.install()
    resource.create_md()
    resource.up()
    established(resource, resource.members)
    return lab, resource


def skip_initial_sync(lab, resource):
    """Declare that all disks have the same data."""
    for volume in range(len(resource.volumes)):
        lab[0].sh(f"drbdadm -- --clear-bitmap new-current-uuid {resource.name}/{volume}")
    for node in lab:
        disks(resource, node, "UpToDate", [p for p in lab if p is not node])


def finish(lab, resource):
    """Down everywhere, and the module can be removed."""
    resource.down()
    lab.all("modprobe -r drbd")


VARIANTS = {
    "plain": {},
    "ipv6-and-secret": {"family": 6, "net": {"cram-hmac-alg": "sha256", "shared-secret": '"right"'}},
    "five-nodes": {"nodes": 5},
}


@pytest.mark.parametrize("variant", [pytest.param("plain", marks=long), "ipv6-and-secret",
                                     pytest.param("five-nodes", marks=long)])
def test_life_cycle(cluster, variant):
    """Up, promote, demote, promote elsewhere, down and up again: states and generations stay."""
    lab, resource = bring_up(cluster, **VARIANTS[variant])
    for node in lab:
        disks(resource, node, "Inconsistent")
    skip_initial_sync(lab, resource)
    first = generations_of_all(lab, resource)
    assert len(set(map(tuple, first))) == 1, f"generations differ: {first}"

    for primary in (lab[0], lab[1]):
        resource.primary(primary)
        for node in lab:
            if node is not primary:
                wait_view(resource, node, lambda seen, p=primary.name: seen[2][p][1] == "Primary",
                          f"does not see that {primary.name} is Primary")
        other = lab[2]
        refused = other.run(f"drbdadm primary {resource.name}")
        assert refused.rc and "Multiple primaries not allowed" in refused.out + refused.err
        resource.secondary(primary)

    resource.down()
    assert all(view(resource, node) is None for node in lab)
    resource.up()
    established(resource, resource.members)
    for node in lab:
        disks(resource, node, "UpToDate", [p for p in lab if p is not node])
    resource.down()
    assert generations_of_all(lab, resource) == first
    lab.all("modprobe -r drbd")


def generations_of_all(lab, resource):
    """The generations of all nodes, read while they are down."""
    if view(resource, lab[0]) is not None:
        resource.down()
        out = lab.parallel(lambda node: generations(resource, node))
        resource.up()
        established(resource, resource.members)
        return out
    return lab.parallel(lambda node: generations(resource, node))


@long
def test_two_promote_at_once(cluster):
    """Two nodes promote at the same moment: never two Primaries, and nearly always one."""
    lab, resource = bring_up(cluster)
    skip_initial_sync(lab, resource)
    winners = 0
    for _ in range(ROUNDS):
        tries = [node.spawn(f"drbdadm primary {resource.name}") for node in (lab[0], lab[1])]
        for one in tries:
            one.wait(600)
        won = [one for one in tries if one.rc == 0]
        roles = [view(resource, node)[0] for node in (lab[0], lab[1])]
        assert len(won) <= 1, f"two promotions succeeded: {roles}"
        assert roles.count("Primary") == len(won), f"{roles}, but {len(won)} succeeded"
        winners += len(won)
        lab.parallel(resource.secondary, [lab[0], lab[1]])
    assert winners >= 0.9 * ROUNDS - 1, f"a winner in {winners} of {ROUNDS} rounds only"
    finish(lab, resource)


@long
def test_links_cut_in_every_pattern(cluster):
    """Each pattern of cut links between three nodes: who is cut off sees it, and all come back."""
    lab, resource = bring_up(cluster, options={"quorum": "majority", "on-no-quorum": "io-error"})
    skip_initial_sync(lab, resource)
    links = list(itertools.combinations(range(3), 2))
    for pattern in (c for n in (1, 2, 3) for c in itertools.combinations(links, n)):
        for a, b in pattern:
            lab.cut(a, b)
        for a, b in pattern:
            for x, y in ((a, b), (b, a)):
                wait_view(resource, lab[x],
                          lambda seen, p=lab[y].name: seen[2][p][0] != "Connected",
                          f"still connected to {lab[y].name}")
        for number, node in enumerate(lab):
            reached = sum(number in link for link in links if link not in pattern)
            refused = node.run(f"drbdadm primary {resource.name}")
            if not reached:
                assert refused.rc, f"{node.name} became Primary alone, without quorum"
            elif not refused.rc:
                resource.secondary(node)
        for a, b in pattern:
            lab.heal(a, b)
        established(resource, resource.members)
    finish(lab, resource)


@long
def test_promotion_through_a_forwarding_node(cluster):
    """Without a link between the two, a promotion is agreed on through the third node."""
    lab, resource = bring_up(cluster)
    skip_initial_sync(lab, resource)
    lab[0].sh(f"drbdadm disconnect {resource.name}:{lab[1].name}")
    wait_view(resource, lab[1], lambda seen: seen[2][lab[0].name][0] != "Connected", "connected")
    resource.primary(lab[0])
    refused = lab[1].run(f"drbdadm primary {resource.name}")
    assert refused.rc, "two Primaries in one cluster"
    resource.secondary(lab[0])
    lab[0].sh(f"drbdadm connect {resource.name}:{lab[1].name}")
    established(resource, resource.members)
    resource.primary(lab[1])
    resource.secondary(lab[1])
    finish(lab, resource)


@long
def test_machines_killed(cluster):
    """The machine of each role dies; the others go on, and it comes back with what it had."""
    lab, resource = bring_up(cluster, options={"quorum": "majority", "on-no-quorum": "io-error"})
    skip_initial_sync(lab, resource)
    for victim, role in ((lab[1], "Secondary"), (lab[0], "Primary")):
        others = [node for node in lab if node is not victim]
        if role == "Primary":
            resource.primary(victim)
        victim.kill()
        for node in others:
            wait_view(resource, node,
                      lambda seen, p=victim.name: seen[2][p][0] != "Connected", "not noticed")
            disks(resource, node, "UpToDate")   # the survivors have found out that none has more
        resource.primary(others[0])
        resource.secondary(others[0])
        victim.start()
        resource.install([victim])
        resource.up([victim])
        established(resource, resource.members)
        disks(resource, victim, "UpToDate")
    finish(lab, resource)


@long
def test_disks_come_and_go(cluster):
    """Detach and attach on a Secondary and on the Primary; a node without a disk can be Primary."""
    lab, resource = bring_up(cluster)
    skip_initial_sync(lab, resource)
    for node, primary in ((lab[1], None), (lab[0], lab[0])):
        if primary:
            resource.primary(primary)
        node.sh(f"drbdadm detach {resource.name}")
        disks(resource, node, "Diskless")
        for other in lab:
            if other is not node:
                wait_view(resource, other,
                          lambda seen, p=node.name: set(seen[2][p][3]) == {"Diskless"}, "sees a disk")
        node.sh(f"drbdadm attach {resource.name}")
        for other in lab:
            disks(resource, other, "UpToDate", [p for p in lab if p is not other])
    finish(lab, resource)


@long
def test_wrong_settings(cluster):
    """A wrong secret, another protocol, a wrong node id: refused, and the log says why."""
    lab, resource = bring_up(cluster, 2, net={"cram-hmac-alg": "sha256", "shared-secret": '"right"'})
    good = resource.config()
    for change, why in ((('"right"', '"wrong"'), "authentication failed"),
                        (("protocol C", "protocol A"), "incompatible protocol settings"),
                        (("node-id 0", "node-id 7"), "node id")):
        lab[1].sh(f"drbdadm down {resource.name}")
        lab.all("dmesg -C")
        lab[1].write_file(f"/etc/drbd.d/{resource.name}.res", good.replace(*change))
        lab[1].run(f"drbdadm up {resource.name}")
        wait_logged(lab, why)
        assert view(resource, lab[1])[2][lab[0].name][0] != "Connected"
        lab[1].sh(f"drbdadm down {resource.name}")
        lab[1].write_file(f"/etc/drbd.d/{resource.name}.res", good)
        lab[1].sh(f"drbdadm up {resource.name}")
        lab[0].run(f"drbdadm adjust {resource.name}")
        established(resource, resource.members)
    finish(lab, resource)


def wait_logged(lab, pattern, timeout=600):
    """Wait until one of the nodes, whichever comes first, has logged it."""
    deadline = time.monotonic() + timeout
    while all(node.run(f"dmesg | grep -qE '{pattern}'").rc for node in lab):
        assert time.monotonic() < deadline, f"no node has logged '{pattern}'"
        time.sleep(0.5)


@long
def test_path_fails(cluster):
    """With two networks, the connection moves to the other one when the first is cut."""
    lab = cluster(2, engine="9", disks=DISKS, nics=2)
    resource = Resource(lab, options={"options": {"auto-promote": "no"}, "net": NET})
    sections = []
    for nic in range(2):
        hosts = " ".join(f"host {node.name} address {lab.address(node.number, nic)}:7000;"
                         for node in lab)
        sections.append(f"path {{ {hosts} }}")
    text = resource.config()
    for node in lab:
        text = text.replace(f"    address {lab.address(node.number)}:7000;\n", "")
    mesh = text[text.index("  connection-mesh"):text.rindex("}")]
    text = text.replace(mesh, "  connection {\n    " + "\n    ".join(sections) + "\n  }\n")
    for node in lab:
        node.write_file("/etc/drbd.conf", 'global { usage-count no; }\ninclude "/etc/drbd.d/*.res";\n')
        node.write_file(f"/etc/drbd.d/{resource.name}.res", text)
        node.sh("modprobe drbd")
    resource.create_md()
    resource.up()
    established(resource, resource.members)
    used = established_paths(lab[0], resource)
    lab.cut(0, 1, nic=used)
    wait_view(resource, lab[0], lambda seen: seen[2][lab[1].name][0] == "Connected" and
              established_paths(lab[0], resource) == 1 - used, "does not use the other path")
    lab.heal(0, 1, nic=used)
    finish(lab, resource)


def established_paths(node, resource):
    """Number of the network whose path is established, None if none is."""
    for line in node.run(f"drbdsetup events2 --now {resource.name}").out.splitlines():
        if line.startswith("exists path") and "established:yes" in line:
            return int(line.split("local:ipv4:10.77.")[1].split(".")[0])
    return None


def test_many_at_once(cluster):
    """Four nodes in one kernel come and go, each driven by a process of its own, others look on."""
    lab = cluster(1, engine="9", disks=DISKS, capture=False)
    node = lab[0]
    node.sh("modprobe drbd")
    script = HAMMER.replace("SECONDS_TO_RUN", os.environ.get("HAMMER", "60"))
    node.write_file("/tmp/hammer", script)
    done = node.run("bash /tmp/hammer", timeout=1800)
    assert done.out.count("worker done") == 4, done.out + done.err
    promotions = int(done.out.split("promotions: ")[1].split()[0])
    connects = int(done.out.split("connects: ")[1].split()[0])
    assert promotions and connects, done.out
    node.sh("modprobe -r drbd")


HAMMER = r"""
i=0
for disk in a a b b; do
    echo "0 6144 linear /dev/vd$disk $((i % 2 * 6144))" | dmsetup create disk$i
    i=$((i + 1))
done
end=$((SECONDS + SECONDS_TO_RUN))
quiet() { drbdsetup "$@" >/dev/null 2>&1; }
attach() {
    drbdmeta --force $1 v09 /dev/mapper/disk$1 internal apply-al >/dev/null 2>&1
    quiet attach $1 /dev/mapper/disk$1 /dev/mapper/disk$1 internal
}
peer() {
    local port=7$(($1 < $2 ? $1 : $2))$(($1 < $2 ? $2 : $1))
    quiet new-peer n$1 $2 --_name=n$2 --ping-timeout=100 --timeout=200 --ping-int=30
    quiet new-path n$1 $2 127.0.0.$((1 + $1)):$port 127.0.0.$((1 + $2)):$port
    quiet connect n$1 $2
}
worker() {
    local other step
    while [ $SECONDS -lt $end ]; do
        quiet new-resource n$1 $1
        quiet new-minor n$1 $1 0
        [ $((RANDOM % 4)) = 0 ] || attach $1
        for other in 0 1 2 3; do [ $other = $1 ] || peer $1 $other; done
        for step in 1 2 3 4; do
            case $((RANDOM % 8)) in
            0) quiet primary n$1 ;;
            1) quiet primary --force n$1 ;;
            2) quiet detach $1 ;;
            3) other=$((RANDOM % 4)); quiet disconnect n$1 $other; quiet connect n$1 $other ;;
            4) quiet new-current-uuid --clear-bitmap $1 ;;
            5) attach $1 ;;
            6) quiet primary --force n$1 ;;
            7) sleep 0.3 ;;
            esac
        done
        quiet secondary n$1
        quiet down n$1
    done
    quiet secondary --force n$1
    quiet down n$1
    echo "worker done"
}
watcher() {
    while [ $SECONDS -lt $end ]; do
        timeout 3 drbdsetup events2 >/dev/null 2>&1
        drbdsetup status --verbose --statistics >/dev/null
        drbdsetup show >/dev/null
    done
}
dmesg -C
for n in 0 1 2 3; do
    drbdmeta --force $n v09 /dev/mapper/disk$n internal create-md 7 >/dev/null 2>&1
done
for n in 0 1 2 3; do worker $n & done
watcher & watcher &
wait
drbdsetup status
echo "promotions: $(dmesg | grep -c 'role( Secondary -> Primary )')"
echo "connects: $(dmesg | grep -c 'conn( Connecting -> Connected )')"
"""


@long
def test_hostile_peer(cluster):
    """A peer that speaks garbage loses its connection, with a line in the log, and nothing else happens."""
    lab, resource = bring_up(cluster, 3, capture=False)   # what the peer says is malformed
    good, bad, other = lab
    bad.sh(f"drbdadm down {resource.name}; modprobe -r drbd")
    bad.write_file("/tmp/hostile.py", HOSTILE)
    seen = {}
    for name in HOSTILE_CASES:
        good.sh("dmesg -C")
        wait_view(resource, good, lambda view_: view_[2][bad.name][0] == "Connecting",
                  f"does not connect again before {name}")
        told = bad.run(f"python3 /tmp/hostile.py {good.number} {bad.number} {name} "
                       f"{lab.address(good.number)} {lab.address(bad.number)} 7000", timeout=300)
        assert told.out.strip().endswith("closed"), f"{name}: {told.out}{told.err}"
        seen[name] = good.run("dmesg").out
        for node in (good, other):
            assert view(resource, node)[2][(other if node is good else good).name][0] == "Connected"
        if view(resource, good)[2][bad.name][0] == "StandAlone":
            good.sh(f"drbdadm connect {resource.name}:{bad.name}")
    for name, text in HOSTILE_CASES.items():
        assert text in seen[name], f"{name}: the log does not say '{text}':\n{seen[name]}"
    resource.install([bad])
    resource.up([bad])
    good.run(f"drbdadm connect {resource.name}:{bad.name}")
    established(resource, resource.members)
    finish(lab, resource)


HOSTILE_CASES = {
    "garbage": "wrong magic value",
    "data-before-handshake": "P_DATA",
    "features-of-other-length": "P_CONNECTION_FEATURES",
    "other-node-id": "node id",
    "no-common-version": "incompatible DRBD dialects",
    "protocol-too-long": "P_PROTOCOL",
    "unknown-packet": "bad",
    "state-of-no-such-disk": "P_STATE",
    "control-garbage": "bad magic",
    "control-too-long": "bad",
    "data-while-connecting": "P_DATA",
}

HOSTILE = r'''
import os, socket, struct, sys, time

me, name, to, own, port = int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6])
peer = int(sys.argv[1])


def h80(command, body=b"", length=None):
    return struct.pack(">IHH", 0x83740267, command, len(body) if length is None else length) + body


def h100(command, body=b"", volume=-1, length=None):
    return struct.pack(">IhHII", 0x8620ec20, volume, command,
                       len(body) if length is None else length, 0) + body


def features(low=118, high=124, mine=me, theirs=peer):
    return struct.pack(">IIIII", low, 0x3ff, high, mine, theirs) + bytes(52)


def stream(first):
    deadline = time.monotonic() + 200
    while True:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((own, 0))
        sock.settimeout(60)
        try:
            sock.connect((to, port))
            sock.sendall(h80(first))
            return sock
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def packet(sock):
    def exactly(count):
        got = b""
        while len(got) < count:
            more = sock.recv(count - len(got))
            if not more:
                raise ConnectionError("closed early")
            got += more
        return got
    head = exactly(8)
    if head[:4] == struct.pack(">I", 0x83740267):
        command, length = struct.unpack(">HH", head[4:])
    else:
        head += exactly(8)
        command, length = struct.unpack(">HI", head[6:12])
    return command, exactly(length)


data, control = stream(0xfff2), stream(0xfff1)
packet(data)
FEATURES, PROTOCOL, STATE, DATA = 0xfffe, 0x0b, 0x0e, 0x00
shaken = h80(FEATURES, features())
protocol = h100(PROTOCOL, struct.pack(">IIIIII", 3, 0, 0, 0, 0, 0) + b"\0")
bad = {
    "garbage": os.urandom(3) + b"\xff" + os.urandom(500),
    "data-before-handshake": h80(DATA, bytes(24)),
    "features-of-other-length": h80(FEATURES, features()[:40]),
    "other-node-id": h80(FEATURES, features(mine=me + 5)),
    "no-common-version": h80(FEATURES, features(low=200, high=210)),
    "protocol-too-long": shaken + h100(PROTOCOL, b"", length=0x7fffffff),
    "unknown-packet": shaken + protocol + h100(0x7abc, bytes(8)),
    "state-of-no-such-disk": shaken + protocol + h100(STATE, b"\xff\xff\xff\xff", volume=0),
    "control-garbage": shaken + protocol,
    "control-too-long": shaken + protocol,
    "data-while-connecting": shaken + protocol + h100(DATA, bytes(24 + 512), volume=0),
}[name]
try:
    data.sendall(bad)
    if name.startswith("control"):
        for _ in range(2):
            packet(data)
        control.sendall(os.urandom(2) + b"\xff" + os.urandom(200) if name == "control-garbage" else
                        h100(0x13, b"", length=5000))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and data.recv(65536):
        pass
    print("closed")
except (ConnectionError, OSError) as error:
    print("closed" if not isinstance(error, TimeoutError) else "still open")
'''
