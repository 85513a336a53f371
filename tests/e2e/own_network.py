"""Runs a program in a network of its own, beside a name server that knows every name, and writes down what came.

    unshare --net --mount python own_network.py REPORT COMMAND …

Every name has the address of this computer, where somebody listens. The kernel's own counters tell what went anywhere
else. Nothing of the network outside is there.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

LISTENING = (80, 443)
COUNTED = {"Ip": ("OutRequests", "OutNoRoutes"), "Tcp": ("ActiveOpens",), "Udp": ("OutDatagrams",)}


def main(report: str, *command: str) -> int:
    _bring_up()
    _bind_over(Path("/etc/resolv.conf"), Path(f"{report}.resolv"), "nameserver 127.0.0.1\n")
    _bind_over(Path("/etc/nsswitch.conf"), Path(f"{report}.nsswitch"), "hosts: dns\n")
    asked: list[str] = []
    reached: list[int] = []
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 53))
    threading.Thread(target=_answer_names, args=(names, asked), daemon=True).start()
    for port in LISTENING:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=_take_calls, args=(listener, port, reached), daemon=True).start()
    before = _counters()
    code = subprocess.run(command, check=False).returncode
    sent = {name: count - before[name] for name, count in _counters().items() if count != before[name]}
    Path(report).write_text(json.dumps({"names": asked, "ports": reached, "sent": sent}))
    return code


def _bring_up() -> None:
    """The loopback interface, which a new network has switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: up and running


def _bind_over(path: Path, own: Path, text: str) -> None:
    if path.exists():
        own.write_text(text)
        subprocess.run(["mount", "--bind", own, path], check=True)


def _answer_names(server: socket.socket, asked: list[str]) -> None:
    while True:
        question, sender = server.recvfrom(4096)
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode("latin-1"))
            at += 1 + length
        asked.append(".".join(labels))
        wanted = question[12 : at + 5]
        is_address = wanted[-4:] == b"\0\1\0\1"
        head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, int(is_address), 0, 0)
        answer = b"\xc0\x0c\0\1\0\1" + struct.pack(">IH4s", 60, 4, socket.inet_aton("127.0.0.1"))
        server.sendto(head + wanted + (answer if is_address else b""), sender)


def _take_calls(listener: socket.socket, port: int, reached: list[int]) -> None:
    while True:
        listener.accept()[0].close()
        reached.append(port)


def _counters() -> dict[str, int]:
    """What this network has sent, as the kernel counts it."""
    lines = [line.split() for line in Path("/proc/self/net/snmp").read_text().splitlines()]
    tables = zip(lines[::2], lines[1::2], strict=True)
    old = {
        f"{names[0]}{name}": int(count)
        for names, counts in tables
        for name, count in zip(names[1:], counts[1:], strict=True)
        if name in COUNTED.get(names[0].rstrip(":"), ())
    }
    new = dict(line.split() for line in Path("/proc/self/net/snmp6").read_text().splitlines())
    return {**old, **{name: int(new[name]) for name in ("Udp6OutDatagrams", "Ip6OutNoRoutes", "Ip6OutRequests")}}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
