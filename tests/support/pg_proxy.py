#!/usr/bin/python3
"""A wire proxy in front of PostgreSQL that misbehaves on command.

    pg_proxy.py UPSTREAM_SOCKET

Listens on two free ports of the loopback interface: one for PostgreSQL clients, one for commands. Prints
`port N control M` when it is ready. It parses the frames of the protocol, version 3 (PostgreSQL 15
documentation, 55.7), so it knows which answer belongs to which statement. It offers no encryption.

Commands, one a line; each is answered by one line of JSON:

    fault KIND [TIMES] [EVERY] [matching TEXT]
                        the next TIMES commits (default 1), each EVERY-th of them, meet this fault; with
                        TEXT only those of transactions in which a statement held TEXT. It takes the place
                        of the fault before. Kinds:
        cut-before      the connection ends before the server has seen the COMMIT
        cut-after       the server commits, and the connection ends without an answer
        lose            the server commits, and no answer ever comes
        forge-before=S  the server rolls back, and the answer is an error with SQLSTATE S
        forge-after=S   the server commits, and the answer is an error with SQLSTATE S
        delay=SECONDS   the COMMIT arrives that much later
    statement-fault SQLSTATE [TIMES] matching TEXT
                        statements that hold TEXT are not executed and fail with that SQLSTATE
    heal                no fault any more
    freeze, thaw        no octet passes in any direction; new connections are accepted and get no answer
    refuse, accept      as a server that is stopped: all connections end, and so do new ones at once
    cut                 all connections end, and new ones are served
    read-only           changes on the present connections fail with 25006, as on a standby
    status              counts of connections, commits and faults
"""
import asyncio
import json
import os
import signal
import struct
import sys

SSL_REQUEST, GSSENC_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
CHANGES = ("insert", "update", "delete", "lock", "create", "alter")


class Fault:
    def __init__(self, kind, times=1, every=1, text=""):
        self.kind, _, self.value = kind.partition("=")
        self.times, self.every, self.text = times, every, text
        self.seen = 0

    def strikes(self, statements):
        if self.times <= 0 or (self.text and not any(self.text in each for each in statements)):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.times -= 1
        return True


class State:
    def __init__(self, upstream):
        self.upstream = upstream
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.refusing = False
        self.fault = None
        self.statement_fault = None
        self.connections = set()
        self.commits = self.faults = self.accepted = 0


def error(sqlstate):
    fields = b"SERROR\0VERROR\0C" + sqlstate.encode() + b"\0Mforged by the proxy\0\0"
    return b"E" + struct.pack("!i", 4 + len(fields)) + fields


def ready(status):
    return b"Z" + struct.pack("!i", 5) + status


def query(text):
    octets = text.encode() + b"\0"
    return b"Q" + struct.pack("!i", 4 + len(octets)) + octets


class Connection:
    """Frames of one client on their way to the server and back."""

    def __init__(self, state, reader, writer):
        self.state, self.reader, self.writer = state, reader, writer
        self.server_writer = None
        self.statements = []     # of the transaction
        self.prepared = {}
        self.batch = []          # statements since the last Sync
        self.held = []           # frames of the batch
        self.expected = ["pass"]  # what is done with each answer up to its ReadyForQuery
        self.read_only = False

    async def serve(self):
        await self.state.flowing.wait()
        startup = await self.start()
        if startup is None:
            return
        server_reader, self.server_writer = await asyncio.open_unix_connection(self.state.upstream)
        self.server_writer.write(startup)
        directions = [asyncio.ensure_future(each) for each in (self.requests(), self.answers(server_reader))]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for each in directions:
            each.cancel()
        await asyncio.gather(*directions, return_exceptions=True)

    async def start(self):
        while True:
            head = await self.reader.readexactly(8)
            length, code = struct.unpack("!ii", head)
            rest = await self.reader.readexactly(length - 8)
            if code in (SSL_REQUEST, GSSENC_REQUEST):
                self.writer.write(b"N")
            elif code == CANCEL_REQUEST:
                return None
            else:
                return head + rest

    async def frame(self, reader):
        head = await reader.readexactly(5)
        body = await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)
        await self.state.flowing.wait()
        return head[:1], head + body

    async def requests(self):
        while True:
            kind, octets = await self.frame(self.reader)
            if kind == b"X":
                return
            if kind == b"p":
                self.server_writer.write(octets)
                continue
            self.held.append(octets)
            if kind == b"Q":
                self.batch.append(octets[5:-1].decode(errors="replace").lower())
            elif kind == b"P":
                name, text = octets[5:].split(b"\0")[:2]
                self.prepared[name] = text.decode(errors="replace").lower()
            elif kind == b"B":
                self.batch.append(self.prepared.get(octets[5:].split(b"\0")[1], ""))
            if kind in (b"Q", b"S"):
                if not await self.request():
                    return
                self.batch, self.held = [], []

    async def request(self):
        """Hands on what the client sent up to a Query or Sync; False ends the connection."""
        answer = self.forged_answer()
        if answer is not None:
            self.expected.append(answer)
            self.server_writer.write(query("select 1"))
            return True
        if any(each.lstrip().startswith(("commit", "end")) for each in self.batch):
            return await self.commit()
        if any(each.lstrip().startswith(("begin", "start transaction")) for each in self.batch):
            self.statements = []
        self.statements.extend(self.batch)
        self.expected.append("pass")
        self.server_writer.write(b"".join(self.held))
        return True

    def forged_answer(self):
        if self.read_only and any(each.lstrip().startswith(CHANGES) for each in self.batch):
            return "forge=25006"
        fault = self.state.statement_fault
        if fault is not None and fault.strikes(self.batch):
            self.state.faults += 1
            return "forge=" + fault.value
        return None

    async def commit(self):
        self.state.commits += 1
        fault = self.state.fault
        if fault is None or not fault.strikes(self.statements):
            self.expected.append("pass")
            self.server_writer.write(b"".join(self.held))
            return True
        self.state.faults += 1
        if fault.kind == "cut-before":
            return False
        if fault.kind == "delay":
            await asyncio.sleep(float(fault.value))
        before = fault.kind == "forge-before"
        self.expected.append({"cut-after": "cut", "lose": "lose", "delay": "pass"}.get(fault.kind,
                                                                                    "forge=" + fault.value))
        self.server_writer.write(query("rollback") if before else b"".join(self.held))
        return True

    async def answers(self, reader):
        while True:
            kind, octets = await self.frame(reader)
            deed = self.expected[0]
            if deed == "cut" and kind in b"CZ":
                return
            if kind == b"Z":
                self.expected.pop(0)
                if deed.startswith("forge="):
                    self.writer.write(error(deed[6:]) + octets)
                elif deed != "lose":
                    self.writer.write(octets)
            elif deed == "pass" or kind in b"SN":
                self.writer.write(octets)

    def end(self):
        for writer in (self.writer, self.server_writer):
            if writer is not None:
                writer.transport.abort()


def command(state, words):
    name, rest = words[0], words[1:]
    if name in ("fault", "statement-fault"):
        text = ""
        if "matching" in rest:
            at = rest.index("matching")
            text, rest = " ".join(rest[at + 1:]).lower(), rest[:at]
        numbers = [int(each) for each in rest[1:]]
        if name == "fault":
            state.fault = Fault(rest[0], *numbers, text=text)
        else:
            state.statement_fault = Fault("forge=" + rest[0], *numbers, text=text)
    elif name == "heal":
        state.fault = state.statement_fault = None
    elif name == "freeze":
        state.flowing.clear()
    elif name == "thaw":
        state.flowing.set()
    elif name in ("refuse", "accept", "cut"):
        state.refusing = name == "refuse"
        if name != "accept":
            for each in list(state.connections):
                each.end()
    elif name == "read-only":
        for each in state.connections:
            each.read_only = True
    elif name != "status":
        return {"error": "unknown command"}
    return {"connections": len(state.connections), "accepted": state.accepted, "commits": state.commits,
            "faults": state.faults}


async def main(upstream):
    state = State(upstream)

    async def client(reader, writer):
        if state.refusing:
            writer.transport.abort()
            return
        state.accepted += 1
        connection = Connection(state, reader, writer)
        state.connections.add(connection)
        try:
            await connection.serve()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            state.connections.discard(connection)
            connection.end()

    async def control(reader, writer):
        while line := await reader.readline():
            writer.write(json.dumps(command(state, line.decode().split())).encode() + b"\n")
        writer.close()

    clients = await asyncio.start_server(client, "127.0.0.1", 0)
    commands = await asyncio.start_server(control, "127.0.0.1", 0)
    print("port", clients.sockets[0].getsockname()[1], "control", commands.sockets[0].getsockname()[1], flush=True)
    await asyncio.gather(clients.serve_forever(), commands.serve_forever())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(main(sys.argv[1]))
