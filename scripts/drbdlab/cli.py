"""scripts/lab: machines by hand."""

import argparse
import contextlib
import os
import readline

from .cluster import MIB, Cluster, terminate_in_order
from .drbd import Resource
from .kvm import usable
from .splat import Splat

HELP = """  N              a shell on node N (Ctrl-] comes back)        all CMD     run CMD on every node
  nN CMD         run CMD on node N                            kill N      pull the plug of node N
  start N        boot node N again                            reboot N    orderly restart
  pause N / resume N                                          cut A B / heal A B
  shape A B MS [LOSS%]   delay and loss between two nodes     drbd        configure resource r0
  capture A B    record their packets                         splats      what kernels complained of
  quit"""


def shell(args):
    """A prompt that reaches every node."""
    readline.set_history_length(1000)
    disks = [int(size) * MIB for size in args.disks.split(",") if size]
    with Cluster(args.nodes, args.kernel, args.engine, disks, args.nics, name="shell",
                 keep=args.keep) as cluster:
        print(f"booting {args.nodes} machines, consoles in {cluster.directory}/node*/console.log")
        print(f"up after {cluster.start():.1f} s; 'help' for help")
        while True:
            try:
                words = input("lab> ").split(None, 1)
            except EOFError:
                break
            if not words:
                continue
            if words[0] in ("quit", "exit"):
                break
            try:
                one(cluster, words[0], words[1] if len(words) > 1 else "")
            except Splat as splat:
                print(splat)
            except Exception as error:  # pylint: disable=broad-except
                print(f"{type(error).__name__}: {error}")


def one(cluster, verb, rest):
    """Carry out one line of the shell."""
    numbers = [int(w) for w in rest.split() if w.isdigit()]
    if verb == "help":
        print(HELP)
    elif verb.isdigit():
        cluster[int(verb)].channel.interact()
    elif verb == "all":
        for node, command in [(n, n.spawn(rest)) for n in cluster if n.running]:
            command.wait()
            print(f"[{node.name}: {command.rc}] {command.out}{command.err}", end="")
    elif verb[0] == "n" and verb[1:].isdigit():
        command = cluster[int(verb[1:])].run(rest)
        print(f"{command.out}{command.err}[{command.rc}]")
    elif verb in ("kill", "start", "reboot", "pause", "resume"):
        for number in numbers:
            getattr(cluster[number], verb)()
    elif verb in ("cut", "heal"):
        getattr(cluster, verb)(*numbers[:2])
    elif verb == "shape":
        a, b, delay, *loss = rest.split()
        cluster.shape(int(a), int(b), float(delay), float(loss[0].rstrip("%")) if loss else 0)
    elif verb == "capture":
        print(cluster.capture(*numbers[:2]).path)
    elif verb == "splats":
        cluster.check_splats()
        print("none")
    elif verb == "drbd":
        resource = Resource(cluster)
        resource.install()
        resource.create_md()
        resource.up()
        print("resource r0 is up; try: all drbdadm status")
    else:
        print(f"unknown: {verb}; 'help' for help")


def main():
    """Entry point."""
    parser = argparse.ArgumentParser(prog="scripts/lab", description=__doc__)
    sub = parser.add_subparsers(dest="command", required=True)
    sh = sub.add_parser("shell", help="boot machines and give a prompt for each")
    sh.add_argument("--nodes", type=int, default=3)
    sh.add_argument("--kernel", default="release", help="release or debug")
    sh.add_argument("--engine", default="84", help="module set")
    sh.add_argument("--disks", default="64,64", help="sizes in MiB, comma separated")
    sh.add_argument("--nics", type=int, default=1)
    sh.add_argument("--keep", action="store_true", help="keep the run's directory")
    sh.set_defaults(run=shell)
    kvm = sub.add_parser("kvm", help="say whether KVM runs a real guest here")
    kvm.set_defaults(run=lambda args: print("works" if usable() else "does not work"))
    args = parser.parse_args()
    os.umask(0o022)
    terminate_in_order()
    with contextlib.suppress(KeyboardInterrupt):
        args.run(args)
