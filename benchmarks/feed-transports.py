#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares transports for the revocation feed: commands, bytes and processor time of a real Redis server.

    benchmarks/feed-transports.py /path/to/redis-server

tracked: XRANGE on a connection with CLIENT TRACKING, again after each invalidation. What the product does.
blocking: XREAD BLOCK. pubsub: SUBSCRIBE, which keeps nothing for a node that is away.
"""
import asyncio
import socket
import subprocess
import sys
import tempfile
import time

ENTRY = ("session", "3bggYZeL-fu_YdisjlPfSndXILgNS_g0", "owner", "3fa9c1d2")
STREAM = "session_revocations"


def encode(*words):
    return b"".join([b"*%d\r\n" % len(words)] + [b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words])


class Client:
    """Replies and pushes of RESP3, in their order."""

    @classmethod
    async def connect(cls, port):
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
        await self.call("HELLO", "3")
        return self

    def send(self, *words):
        self.writer.write(encode(*words))

    async def call(self, *words):
        self.send(*words)
        kind, value = await self.read()
        while kind == b">":
            kind, value = await self.read()
        return value

    async def read(self):
        line = await self.reader.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in b"$=":
            if int(rest) < 0:
                return kind, None
            return kind, (await self.reader.readexactly(int(rest) + 2))[:-2]
        if kind in b"*>~%":
            count = int(rest) * (2 if kind == b"%" else 1)
            return kind, [(await self.read())[1] for _ in range(count)] if count >= 0 else None
        return kind, rest


async def tracked(port, expected):
    client = await Client.connect(port)
    await client.call("CLIENT", "TRACKING", "ON")
    seen, last, reading, again = 0, "-", True, False
    client.send("XRANGE", STREAM, "-", "+", "COUNT", "1000")
    while seen < expected:
        kind, value = await client.read()
        if kind == b">":
            again = True
        else:
            reading = False
            seen += len(value)
            if value:
                last = "(" + value[-1][0].decode()
            again |= len(value) == 1000
        if again and not reading:
            again, reading = False, True
            client.send("XRANGE", STREAM, last, "+", "COUNT", "1000")
    client.writer.close()


async def blocking(port, expected):
    client, seen, last = await Client.connect(port), 0, "0"
    while seen < expected:
        reply = await client.call("XREAD", "COUNT", "1000", "BLOCK", "0", "STREAMS", STREAM, last)
        entries = reply[1]
        seen += len(entries)
        last = entries[-1][0].decode()
    client.writer.close()


async def pubsub(port, expected):
    client, seen = await Client.connect(port), 0
    client.send("SUBSCRIBE", STREAM)
    while seen < expected:
        _, value = await client.read()
        seen += value[0] == b"message"
    client.writer.close()


def figures(info):
    lines = dict(line.split(":", 1) for line in info.decode().split("\r\n") if ":" in line)
    return (int(lines["total_commands_processed"]), int(lines["total_net_output_bytes"]),
            float(lines["used_cpu_sys"]) + float(lines["used_cpu_user"]))


async def measure(port, transport, nodes, revocations, pause):
    control = await Client.connect(port)
    await control.call("FLUSHALL")
    readers = [asyncio.create_task(transport(port, revocations)) for _ in range(nodes)]
    await asyncio.sleep(0.5)
    before, began = figures(await control.call("INFO", "everything")), time.time()
    words = ("PUBLISH", STREAM, ENTRY[1]) if transport is pubsub else (
        "XADD", STREAM, "MAXLEN", "~", "100000", "*", *ENTRY)
    if pause:
        for _ in range(revocations):
            await control.call(*words)
            await asyncio.sleep(pause)
    else:
        for first in range(0, revocations, 1000):
            for _ in range(min(1000, revocations - first)):
                control.send(*words)
            for _ in range(min(1000, revocations - first)):
                await control.read()
    await asyncio.wait_for(asyncio.gather(*readers), 240)
    seconds = time.time() - began
    after = figures(await control.call("INFO", "everything"))
    commands, output, cpu = (b - a for a, b in zip(before, after))
    memory = int(await control.call("MEMORY", "USAGE", STREAM, "SAMPLES", "0") or 0)
    print(f"| {transport.__name__} | {nodes} | {revocations:,} {'spread' if pause else 'at once'} | {commands / revocations:.2f} "
          f"| {output / revocations:,.0f} | {cpu / revocations * 1e6:.0f} µs | {seconds:.1f} s | {memory / revocations:.0f} |", flush=True)
    control.writer.close()


async def main(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([server, "--port", str(port), "--save", "", "--dir", folder, "--loglevel", "warning"])
        try:
            for _ in range(100):
                try:
                    (await Client.connect(port)).writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.1)
            print("| transport | nodes | revocations | commands each | bytes sent each | server CPU each | all nodes know after | bytes kept each |")
            print("|---|--:|---|--:|--:|--:|--:|--:|")
            for transport in (tracked, blocking, pubsub):
                for nodes in (1, 10, 50):
                    await measure(port, transport, nodes, 500, 0.002)
                await measure(port, transport, 10, 100_000, 0)
        finally:
            process.terminate()
            process.wait()


asyncio.run(main(sys.argv[1]))
