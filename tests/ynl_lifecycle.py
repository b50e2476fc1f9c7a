#!/usr/bin/python3
"""Life of a resource of the 8.4 engine, driven by the kernel's own ynl tools. Runs in a test machine.

ynl_lifecycle.py TREE DEVICE MY_IPV4 PEER_IPV4 PORT

TREE is a kernel tree with the specification, DEVICE what becomes the backing disk; nobody needs to
answer at PEER_IPV4. Prints a line a step; an AssertionError says what was not as it should be.
"""

import json
import pathlib
import socket
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
TREE = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(TREE / "tools/net/ynl/pyynl"))
from lib import NlError, Netlink, YnlFamily  # noqa: E402

SPEC = str(TREE / "Documentation/netlink/specs/drbd.yaml")
SCHEMA = ""                             # check-ynl has validated it
NOWHERE = 0xffffffff                    # minor of a message that is not about a device
INTERNAL = 0xffffffff                   # -1
NOTIFY_CONTINUES = 0x8000
NAME, MINOR, VOLUME = "ynl-r0", 7, 3
# enum drbd_state_rv: results of state changes
SS_SUCCESS, SS_NOTHING_TO_DO, SS_NO_UP_TO_DATE_DISK, SS_DEVICE_IN_USE = 1, 2, -2, -12

steps = 0


def step(text):
    """One more thing went well."""
    global steps
    steps += 1
    print(f"{steps:3} {text}", flush=True)


def same(what, got, want):
    """An assertion that tells what was compared."""
    assert got == want, f"{what}: {got!r}, expected {want!r}"


def contains(what, got, want):
    """All of WANT is in GOT (dictionaries in dictionaries)."""
    for key, value in want.items():
        if isinstance(value, dict):
            contains(f"{what}.{key}", got.get(key, {}), value)
        else:
            same(f"{what}.{key}", got.get(key), value)


class Driver:
    """The family, with the numbers of the specification's enumerations by name."""

    def __init__(self):
        self.family = YnlFamily(SPEC, SCHEMA)
        self.events = YnlFamily(SPEC, SCHEMA)
        self.events.ntf_subscribe("events")

    def number(self, enum, name):
        """The number of a name."""
        return self.family.consts[enum].entries[name].value

    def name(self, enum, number):
        """The name of a number."""
        return self.family.consts[enum].entries_by_val[number].name

    def do(self, command, minor=NOWHERE, want="no-error", flags=0, nlflags=None, **nests):
        """Run a command whose result must be WANT (a name of ret-code, or a number); its reply."""
        nests = {key.replace("_", "-"): value for key, value in nests.items()}
        reply = self.family.do(command, {"minor": minor, "ret-code": flags, **nests}, flags=nlflags)
        want = want if isinstance(want, int) else self.number("ret-code", want)
        texts = [text["info-text"] for text in reply.get("cfg-reply", [])]
        same(f"{command}: ret-code ({', '.join(texts)})", reply["ret-code"], want)
        same(f"{command}: minor", reply["minor"], minor)
        if "cfg-context" in nests:
            contains(f"{command}: cfg-context", reply["cfg-context"], nests["cfg-context"])
        return reply

    def dump(self, command, **nests):
        """All items of a dump about the resource, without error among them."""
        items = self.family.dump(command, {"minor": NOWHERE, **nests})
        for item in items:
            same(f"{command}: ret-code", item["ret-code"], self.number("ret-code", "no-error"))
        return [i for i in items if i["cfg-context"]["ctx-resource-name"] == NAME]

    def only(self, command, **nests):
        """The one item of such a dump."""
        items = self.dump(command, **nests)
        same(f"{command}: number of items", len(items), 1)
        return items[0]

    def wait_event(self, kind, seconds=20, **wanted):
        """The next notification of a kind with these attributes; others are passed over."""
        seen = []
        for event in self.events.poll_ntf(duration=seconds):
            message = event["msg"]
            happened = message.get("notification-header", {}).get("nh-type")
            seen.append(f"{event['name']}/{happened}")
            if event["name"] != kind:
                continue
            try:
                contains(kind, message, {k.replace("_", "-"): v for k, v in wanted.items()})
            except AssertionError as error:
                seen[-1] += f" ({error})"
                continue
            return message
        raise AssertionError(f"no notification {kind} {wanted} within {seconds} s, only {seen}")

    def happened(self, what, more=False):
        """Notification header of something, with or without more to come."""
        return {"nh-type": self.number("notification-type", what) | (NOTIFY_CONTINUES if more else 0)}


def cli(*arguments):
    """What the command line tool prints, as data."""
    done = subprocess.run([sys.executable, "-B", TREE / "tools/net/ynl/pyynl/cli.py", "--spec", SPEC,
                           "--no-schema", "--output-json", *arguments],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"cli.py {arguments}: exit status {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


def main():
    """From nothing to nothing."""
    disk, me, peer, port = sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])
    drbd = Driver()
    context = {"cfg_context": {"ctx-resource-name": NAME}}
    # struct sockaddr_in: only the family is in the order of the host
    addresses = {side: (struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(ip))).hex(" ")
                 for side, ip in (("ctx-my-addr", me), ("ctx-peer-addr", peer))}
    pair = {"cfg_context": addresses}

    subprocess.run(["drbdmeta", "--force", str(MINOR), "v08", disk, "internal", "create-md"],
                   check=True, capture_output=True)
    same("resources before", drbd.dump("get-resources"), [])

    # requests that can not succeed
    reply = drbd.do("primary", MINOR, want="err-minor-invalid")
    same("text", reply["cfg-reply"], [{"info-text": "unknown minor"}])
    reply = drbd.do("resource-opts", want="err-res-not-known", **context)
    same("text", reply["cfg-reply"], [{"info-text": "unknown resource"}])
    drbd.do("resource-opts", want="err-invalid-request")
    drbd.do("disconnect", want="err-invalid-request", cfg_context={k: bytes(16).hex(" ") for k in addresses})
    step("requests about unknown objects give ret-code and text")
    try:
        drbd.do("primary", MINOR, net_conf={"timeout": 60})
    except NlError as error:
        same("errno of an attribute that the policy does not have", error.nl_msg.error, -22)
    else:
        raise AssertionError("primary accepts net-conf")
    try:
        drbd.do("new-resource", cfg_context={"ctx-resource-name": "x" * 129})
    except NlError as error:
        same("errno of a name of 129 characters", error.nl_msg.error, -22)
        assert "ctx-resource-name" in error.nl_msg.extack["bad-attr"], error.nl_msg.extack
    else:
        raise AssertionError("new-resource accepts a name of 129 characters")
    step("requests against the policy give an errno and the attribute")

    # objects
    drbd.do("new-resource", resource_opts={"cpu-mask": "1"}, **context)
    drbd.wait_event("resource-state", notification_header=drbd.happened("create"),
                    resource_info={"res-role": drbd.number("role", "secondary")})
    item = drbd.only("get-resources")
    contains("resource", item, {
        "minor": NOWHERE, "resource-opts": {"cpu-mask": "1", "on-no-data": drbd.number("on-no-data", "io-error")},
        "resource-info": {"res-role": drbd.number("role", "secondary"), "res-susp": 0, "res-susp-nod": 0}})
    step("new-resource, its notification, get-resources")
    drbd.do("resource-opts", resource_opts={"on-no-data": drbd.number("on-no-data", "suspend-io")}, **context)
    contains("resource", drbd.only("get-resources"), {"resource-opts": {"cpu-mask": "1", "on-no-data": 1}})
    drbd.do("resource-opts", flags=1, resource_opts={"cpu-mask": "3"}, **context)
    contains("resource", drbd.only("get-resources"), {"resource-opts": {"cpu-mask": "3", "on-no-data": 0}})
    step("resource-opts overlays, or starts from the defaults")
    here = {"cfg_context": {"ctx-resource-name": NAME, "ctx-volume": VOLUME}}
    drbd.do("new-minor", MINOR, **here)
    drbd.do("new-minor", MINOR, want="err-minor-or-volume-exists", nlflags=[Netlink.NLM_F_EXCL], **here)
    drbd.do("attach", MINOR, want="err-invalid-request", cfg_context={"ctx-volume": VOLUME + 1})
    drbd.wait_event("device-state", minor=MINOR, notification_header=drbd.happened("create"),
                    cfg_context={"ctx-volume": VOLUME})
    contains("device", drbd.only("get-devices"), {
        "minor": MINOR, "cfg-context": {"ctx-volume": VOLUME},
        "device-info": {"dev-disk-state": drbd.number("disk-state", "diskless")}})
    step("new-minor, its notification, get-devices")

    # the disk
    drbd.do("attach", MINOR, want="err-mandatory-tag", disk_conf={"backing-dev": disk})
    drbd.do("attach", MINOR, want="err-open-disk",
            disk_conf={"backing-dev": "/dev/none", "meta-dev": "/dev/none", "meta-dev-idx": INTERNAL})
    devices = {"backing-dev": disk, "meta-dev": disk, "meta-dev-idx": INTERNAL}
    drbd.do("attach", MINOR, disk_conf={**devices, "al-extents": 257, "al-updates": 1})
    inconsistent = {"device-info": {"dev-disk-state": drbd.number("disk-state", "inconsistent")}}
    drbd.wait_event("device-state", device_info=inconsistent["device-info"])
    item = drbd.only("get-devices", **{"cfg-context": {"ctx-resource-name": NAME}})
    contains("device", item, {
        "disk-conf": {**devices, "al-extents": 257, "c-max-rate": 102400,
                      "on-io-error": drbd.number("io-error-p", "detach")},
        **inconsistent})
    size = item["device-statistics"]["dev-size"]
    real = int(pathlib.Path(f"/sys/class/block/{pathlib.Path(disk).name}/size").read_text())
    assert real - 1024 < size < real, f"size of the device: {size} sectors, the disk has {real}"
    same("history", item["device-statistics"]["history-uuids"], ["0x0"] * 4)
    step("attach, its notification, get-devices with options and statistics")
    drbd.do("chg-disk-opts", MINOR, disk_conf={"c-max-rate": 4096, "disk-timeout": 30})
    # the driver only looks for what is fixed when all that attach needs is there
    drbd.do("chg-disk-opts", MINOR, want="err-mandatory-tag", disk_conf=devices)
    contains("device", drbd.only("get-devices"), {
        "disk-conf": {"c-max-rate": 4096, "disk-timeout": 30, "al-extents": 257}})
    step("chg-disk-opts changes options, not what is fixed")

    # the connection
    net = {"wire-protocol": 3, "shared-secret": "of nobody", "cram-hmac-alg": "no-such-digest", "timeout": 40}
    drbd.do("connect", want="err-auth-alg", net_conf=net, cfg_context={**context["cfg_context"], **addresses})
    net["cram-hmac-alg"] = ""
    drbd.do("connect", want=SS_SUCCESS, net_conf=net, cfg_context={**context["cfg_context"], **addresses})
    drbd.wait_event("connection-state", notification_header=drbd.happened("create", more=True), cfg_context=addresses)
    drbd.wait_event("peer-device-state", minor=NOWHERE, cfg_context={"ctx-volume": VOLUME, **addresses})
    drbd.wait_event("connection-state", connection_info={
        "conn-connection-state": drbd.number("conns", "wf-connection")})
    item = drbd.only("get-connections")
    contains("connection", item, {
        "cfg-context": addresses, "connection-statistics": {"conn-congested": 0},
        "net-conf": {"wire-protocol": 3, "timeout": 40, "ping-int": 10, "shared-secret": "of nobody"},
        "connection-info": {"conn-role": drbd.number("role", "unknown")}})
    state = drbd.name("conns", item["connection-info"]["conn-connection-state"])
    same("state of the connection", state, "wf-connection")
    contains("peer device", drbd.only("get-peer-devices"), {
        "minor": MINOR, "cfg-context": addresses,
        "peer-device-info": {"peer-disk-state": drbd.number("disk-state", "unknown"), "peer-resync-susp-user": 0},
        "peer-device-statistics": {"peer-dev-out-of-sync": size, "peer-dev-received": 0}})
    step("connect, its notifications, get-connections, get-peer-devices")
    drbd.do("chg-net-opts", net_conf={"ping-int": 17}, **pair)
    drbd.do("chg-net-opts", want="err-mandatory-tag", net_conf={"tentative": 1}, **pair)
    contains("connection", drbd.only("get-connections"), {"net-conf": {"ping-int": 17, "timeout": 40}})
    step("chg-net-opts")
    reply = drbd.do("get-timeout-type", MINOR)
    same("timeout type", reply["timeout-parms"]["timeout-type"], "default")
    step("get-timeout-type")

    # the role
    drbd.do("primary", MINOR, want=SS_NO_UP_TO_DATE_DISK, set_role_parms={})
    drbd.do("primary", MINOR, want=SS_SUCCESS, set_role_parms={"assume-uptodate": 1})
    drbd.wait_event("resource-state", notification_header=drbd.happened("change", more=True),
                    resource_info={"res-role": drbd.number("role", "primary")})
    event = drbd.wait_event("event", minor=MINOR, state_info={"sib-reason": "state-change"})
    contains("event", event, {"disk-conf": {"backing-dev": disk}, "cfg-context": addresses})
    status = drbd.do("get-status", MINOR)
    word = int(status["state-info"]["current-state"], 16)
    same("roles, connection and disks of the status",
         [drbd.name("role", word & 3), drbd.name("role", word >> 2 & 3), drbd.name("conns", word >> 4 & 31),
          drbd.name("disk-state", word >> 9 & 15), drbd.name("disk-state", word >> 13 & 15)],
         ["primary", "unknown", "wf-connection", "up-to-date", "unknown"])
    same("reason", status["state-info"]["sib-reason"], "get-status-reply")
    same("capacity", status["state-info"]["capacity"], size)
    same("generations", len(status["state-info"]["uuids"]), 4)
    same("current generation", status["state-info"]["uuids"][0],
         drbd.only("get-devices")["device-statistics"]["dev-current-uuid"])
    same("dump and answer", drbd.only("get-status")["disk-conf"], status["disk-conf"])
    step("primary by force, its notifications, get-status")
    with open(f"/dev/drbd{MINOR}", "wb") as device:
        device.write(b"written by ynl_lifecycle" * 1024)
        device.flush()
        drbd.do("secondary", MINOR, want=SS_DEVICE_IN_USE)
    contains("device", drbd.only("get-devices"), {
        "device-info": {"dev-disk-state": drbd.number("disk-state", "up-to-date")},
        "device-statistics": {"dev-upper-blocked": 0}})
    assert drbd.only("get-devices")["device-statistics"]["dev-write"] > 0, "no sector was written"
    step("secondary is refused while the device is open, statistics count")

    # everything at once, and the command line
    same("items of the dump itself", drbd.family.dump("get-initial-state", {"minor": NOWHERE}), [])
    kinds = []
    for event in drbd.family.poll_ntf(duration=5):
        kinds.append(event["name"])
        same("type", event["msg"]["notification-header"]["nh-type"] & ~NOTIFY_CONTINUES, 0)
        if kinds[-1] == "initial-state-done":
            break
    same("initial state", kinds, ["resource-state", "connection-state", "device-state", "peer-device-state",
                                  "initial-state-done"])
    step("get-initial-state")
    found = [i for i in cli("--dump", "get-devices", "--json", json.dumps({"minor": NOWHERE}))
             if i["minor"] == MINOR]
    same("cli.py --dump get-devices", found[0]["disk-conf"]["backing-dev"], disk)
    listed = cli("--dump", "get-connections", "--json", json.dumps(
        {"minor": NOWHERE, "cfg-context": {"ctx-resource-name": NAME}}))
    same("cli.py --dump get-connections", listed[0]["cfg-context"]["ctx-my-addr"], addresses["ctx-my-addr"])
    reply = cli("--do", "secondary", "--json", json.dumps({"minor": MINOR}))
    same("cli.py --do secondary", (reply["minor"], reply["ret-code"]), (MINOR, SS_SUCCESS))
    reply = cli("--do", "disconnect", "--json", json.dumps(
        {"minor": NOWHERE, "cfg-context": {k: v.replace(" ", "") for k, v in addresses.items()},
         "disconnect-parms": {"force-disconnect": 0}}))
    same("cli.py --do disconnect", reply["ret-code"], drbd.number("ret-code", "no-error"))
    reply = cli("--do", "get-status", "--json", json.dumps({"minor": 99}))
    same("cli.py --do get-status of no device", (reply["ret-code"], reply["cfg-reply"]),
         (127, [{"info-text": "unknown minor"}]))
    step("cli.py dumps, demotes, disconnects and shows errors")
    drbd.wait_event("connection-state", notification_header=drbd.happened("destroy"), cfg_context=addresses)
    same("connections", drbd.dump("get-connections"), [])
    step("the connection is gone, and its notification came")

    # back to nothing
    drbd.do("del-resource", want="err-res-in-use", **context)
    drbd.do("del-minor", MINOR, want="err-minor-configured")
    drbd.do("detach", MINOR, want=SS_SUCCESS)
    contains("device", drbd.only("get-devices"), {
        "device-info": {"dev-disk-state": drbd.number("disk-state", "diskless")}})
    drbd.do("detach", MINOR, want=SS_NOTHING_TO_DO)
    step("detach")
    drbd.do("del-minor", MINOR)
    drbd.wait_event("device-state", minor=MINOR, notification_header=drbd.happened("destroy"))
    same("devices", drbd.dump("get-devices"), [])
    drbd.do("del-resource", **context)
    drbd.wait_event("resource-state", notification_header=drbd.happened("destroy"))
    same("resources", drbd.dump("get-resources"), [])
    step("del-minor, del-resource, their notifications")
    print(f"ynl lifecycle: {steps} checks passed")


if __name__ == "__main__":
    main()
