"""Metadata on files: drbdmeta creates, core/ reads and encodes; core/ writes those of a crash, drbdmeta repairs."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

OUT = pathlib.Path(sys.argv[1])
FAILED = 0
CHECKED = 0


def run(*command):
    env = dict(os.environ, LD_PRELOAD=str(OUT / "blockfile.so"), ASAN_OPTIONS="detect_leaks=0:verify_asan_link_order=0")
    if command[0] != "drbdmeta":
        del env["LD_PRELOAD"]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def read(index, data, meta):
    code, text = run(str(OUT / "metadata"), "read", index, data, meta)
    return code, [line.split() for line in text.splitlines()], text


def check(what, good, text=""):
    global FAILED, CHECKED
    CHECKED += 1
    if not good:
        FAILED += 1
        print(f"  FAILED {what}")
        print("".join(f"  | {line}\n" for line in text.splitlines()[:12]), end="")


def merged(ranges):
    """(slot, start, end), sorted: those that touch become one."""
    result = []
    for slot, start, end in ranges:
        if result and result[-1][0] == slot and result[-1][2] == start:
            result[-1] = (slot, result[-1][1], end)
        else:
            result.append((slot, start, end))
    return result


def one(where, version, kind, mib, options, extents):
    """One layout, both ways."""
    index = {"internal": "-3", "flex-external": "-2"}.get(kind, kind)
    data = f"{where}/data"
    meta = data if kind == "internal" else f"{where}/meta"
    for name, size in ((data, mib), (meta, 300 if meta != data else mib)):
        pathlib.Path(name).unlink(missing_ok=True)
        with open(name, "wb") as file:
            file.truncate(size << 20)
    name = f"{version} {kind} {mib} MiB {' '.join(options)}"
    drbdmeta = ("drbdmeta", "--force", "0", version, meta, "internal" if kind == "internal" else kind)

    code, text = run(*drbdmeta, "create-md", *options)
    if code:
        check(f"{name}: create-md", False, text)
        return
    code, fields, text = read(index, data, meta)
    check(f"{name}: made by drbdmeta, read and encoded by core/", not code and ["same", "1"] in fields, text)

    code, text = run(str(OUT / "metadata"), "write", index, data, meta, *map(str, extents))
    check(f"{name}: written by core/", not code, text)
    hot = {int(line.split()[1]) for line in text.splitlines() if line.startswith("hot ")}
    code, text = read(index, data, meta)[::2]
    check(f"{name}: not clean, so core/ refuses it", code and "unclean" in text, text)
    code, text = run(*drbdmeta, "apply-al")
    check(f"{name}: apply-al", not code and "ASSERT" not in text, text)
    code, text = run(*drbdmeta, "dump-md")
    check(f"{name}: dump-md", not code and "1122334455667789" in text.upper(), text)
    code, fields, text = read(index, data, meta)
    check(f"{name}: made clean by drbdmeta, read and encoded by core/", not code and ["same", "1"] in fields, text)

    # every slot has the bits of just the hot extents
    facts = {f[0]: f[1] for f in fields}
    bits = (4 << 20) // int(facts["bytes_per_bit"])
    end = -(-int(facts["size"]) * 512 // int(facts["bytes_per_bit"]))
    want = [(slot, extent * bits, min((extent + 1) * bits, end))
            for slot in range(int(facts["peers"])) for extent in sorted(hot) if extent * bits < end]
    got = sorted(tuple(map(int, f[1:])) for f in fields if f[0] == "bits")
    check(f"{name}: apply-al found the extents that core/ logged", merged(want) == got,
          f"want {merged(want)[:4]}, got {got[:4]}")


def main():
    version = re.search(r"Version: (\S+)", run("drbdmeta", "--version")[1])
    with tempfile.TemporaryDirectory() as where:
        for mib in (64, 100, 200):
            for peers in ("1", "3", "7", "31"):
                one(where, "v09", "internal", mib, [peers], (0, 3, 9))
                one(where, "v09", "flex-external", mib, [peers], (1, 2, 15))
            one(where, "v08", "internal", mib, [], (0, 7))
            one(where, "v08", "flex-external", mib, [], (5,))
        for stripes, kib in ((1, 64), (4, 32), (8, 256), (3, 32)):
            layout = ["--al-stripes", str(stripes), "--al-stripe-size-kB", str(kib)]
            one(where, "v09", "internal", 64, layout + ["2"], (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
            one(where, "v08", "internal", 64, layout, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
            # more extents than slots, more slots than a block has room for: the order of the ring matters
            many = [i * 367 % 1499 for i in range(1480)] + [i * 211 % 1499 for i in range(300)]
            one(where, "v09", "internal", 6000, layout + ["2"], many)
        one(where, "v09", "0", 64, ["1"], (2,))
        one(where, "v09", "1", 64, ["5"], (2,))
        one(where, "v08", "1", 64, [], (2,))
    print(f"  {CHECKED} checks with drbdmeta{' ' + version[1] if version else ''}, {FAILED} failed")
    return bool(FAILED)


sys.exit(main())
