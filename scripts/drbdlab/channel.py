"""The host's end of a machine's control channel: commands in parallel over one virtio-serial port."""

import os
import select
import socket
import struct
import sys
import threading
import time

HEAD = struct.Struct(">cII")


class ChannelLost(Exception):
    """The machine is gone (killed, panicked) or does not answer."""


class CommandFailed(Exception):
    """A command in a machine ended with a status other than 0."""

    def __init__(self, result):
        self.result = result
        super().__init__(f"{result.node}: '{result.command}' ended with {result.rc}\n"
                         f"stdout: {result.out[-3000:]}\nstderr: {result.err[-3000:]}")


class CommandTimeout(Exception):
    """A command in a machine did not end in time."""


class Command:
    """A command that runs, or ran, in a machine: rc (None while it runs), out, err."""

    def __init__(self, channel, ident, command):
        self.channel, self.ident, self.command = channel, ident, command
        self.node = channel.name
        self.rc = None
        self.lost = None
        self._out, self._err = [], []
        self.done = threading.Event()
        self.on_output = None

    @property
    def out(self):
        return b"".join(self._out).decode(errors="replace")

    @property
    def err(self):
        return b"".join(self._err).decode(errors="replace")

    @property
    def raw(self):
        """Standard output as bytes."""
        return b"".join(self._out)

    def wait(self, timeout=300):
        """Wait for the end; raises CommandTimeout (the command is killed) or ChannelLost."""
        if not self.done.wait(timeout):
            self.kill(9)
            raise CommandTimeout(f"{self.node}: '{self.command}' still runs after {timeout} s\n"
                                 f"stdout: {self.out[-3000:]}\nstderr: {self.err[-3000:]}")
        if self.lost:
            raise ChannelLost(f"{self.node}: '{self.command}': {self.lost}")
        return self

    def check(self, timeout=300):
        """Wait for the end and raise CommandFailed unless it is 0; returns self."""
        self.wait(timeout)
        if self.rc != 0:
            raise CommandFailed(self)
        return self

    def write(self, data):
        """Send standard input; b"" is its end."""
        self.channel.send(b"I", self.ident, data)

    def kill(self, sig=15):
        """Send a signal to the command's process group."""
        try:
            self.channel.send(b"K", self.ident, bytes([sig]))
        except ChannelLost:
            pass


class Channel:
    """Connection to one agent through the UNIX socket that QEMU offers."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.commands = {}
        self.next_id = 1
        self.lock = threading.Lock()
        self.send_lock = threading.Lock()
        self.hello = threading.Event()
        self.closed = None
        self.sock = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.sock.connect(str(path))
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise ChannelLost(f"{name}: {path}: {error}") from error
                time.sleep(0.02)
        self.thread = threading.Thread(target=self._receive, daemon=True, name=f"channel-{name}")
        self.thread.start()

    def _read(self, count):
        data = b""
        while len(data) < count:
            part = self.sock.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _receive(self):
        why = "the machine is gone"
        try:
            while True:
                kind, ident, length = HEAD.unpack(self._read(HEAD.size))
                body = self._read(length)
                if kind == b"H":
                    self.hello.set()
                    continue
                with self.lock:
                    command = self.commands.get(ident)
                if command is None:
                    continue
                if kind in (b"O", b"E"):
                    if command.on_output:
                        command.on_output(body)
                    else:
                        (command._out if kind == b"O" else command._err).append(body)
                elif kind == b"X":
                    status, = struct.unpack(">I", body)
                    command.rc = status >> 8 if status & 0x7f == 0 else -(status & 0x7f)
                    with self.lock:
                        del self.commands[ident]
                    command.done.set()
        except (EOFError, OSError):
            pass
        self._lost(why)

    def _lost(self, why):
        with self.lock:
            self.closed = self.closed or why
            pending, self.commands = list(self.commands.values()), {}
        for command in pending:
            command.lost = why
            command.done.set()

    def send(self, kind, ident, data=b""):
        """Send one frame."""
        with self.send_lock:
            try:
                self.sock.sendall(HEAD.pack(kind, ident, len(data)) + data)
            except OSError as error:
                raise ChannelLost(f"{self.name}: {error}") from error

    def start(self, text, stdin=None, tty=False, on_output=None):
        """Start a command (bash); returns its Command at once."""
        with self.lock:
            if self.closed:
                raise ChannelLost(f"{self.name}: {self.closed}")
            command = Command(self, self.next_id, text)
            command.on_output = on_output
            self.commands[self.next_id] = command
            self.next_id += 1
        self.send(b"T" if tty else b"R", command.ident, text.encode())
        if stdin is not None:
            if stdin:
                command.write(stdin)
            command.write(b"")
        elif not tty:
            command.write(b"")
        return command

    def wait_hello(self, timeout):
        """Wait until the agent speaks."""
        deadline = time.monotonic() + timeout
        while not self.hello.wait(0.1):
            if self.closed:
                raise ChannelLost(f"{self.name}: {self.closed} before the agent spoke")
            if time.monotonic() > deadline:
                raise ChannelLost(f"{self.name}: no word from the agent within {timeout} s")

    def interact(self):
        """Join this terminal and a shell in the machine; Ctrl-] leaves."""
        import termios
        import tty
        command = self.start("cd /root; exec bash -i", tty=True,
                             on_output=lambda data: os.write(1, data))
        saved = termios.tcgetattr(0)
        tty.setraw(0)
        try:
            while not command.done.is_set():
                if select.select([0], [], [], 0.1)[0]:
                    data = os.read(0, 1024)
                    if b"\x1d" in data or not data:
                        command.kill(1)
                        break
                    command.write(data)
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
            sys.stdout.write("\n")

    def close(self):
        """Forget the machine."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        self._lost("the channel was closed")
