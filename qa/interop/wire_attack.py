# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stands between two programs that speak messenger v1 over TCP and does what an attacker on the wire can do.

    wire_attack.py LISTEN TARGET LOG ACTION...   ports on loopback; what was done is written to LOG
    wire_attack.py --replay FILE TARGET          shows a recorded handshake again; status 0: it was let in

Actions, on messages of TYPE from who dials unless said otherwise:
    flip=TYPE flip-reply=TYPE   change a bit; the checksums fit again
    spoil=TYPE                  change a bit; the checksum does not fit
    unsign=TYPE                 take the signature away
    features=BITS               neither side sees these features (hexadecimal) of the other
    protocol=N                  another authentication protocol in the handshake
    global-id=N                 log in to the monitor for this global id
    record=FILE                 keep the handshake
    cut=SECONDS                 cut every connection after so long
"""
import json
import socket
import struct
import sys
import threading

BANNER, ADDR, CONNECT, REPLY, HEADER = 9, 136, 33, 26, 53
READY, SEQ, CLOSE, MSG, ACK, KEEPALIVE, KEEPALIVE2, KEEPALIVE2_ACK = 1, 13, 6, 7, 8, 9, 14, 15
OPEN_PAYLOAD = {CLOSE: 0, ACK: 8, KEEPALIVE: 0, KEEPALIVE2: 8, KEEPALIVE2_ACK: 8}
MSG_AUTH_TYPE, FEATURE_MSG_AUTH = 17, 1 << 23
FOOTER_SIGNED = 4

TABLE = []
for i in range(256):
    for _ in range(8):
        i = (i >> 1) ^ (0x82f63b78 if i & 1 else 0)
    TABLE.append(i)


def crc32c(data):
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 0xff]
    return crc


def read(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


class Message:
    def __init__(self, sock, is_signed):
        self.header = read(sock, HEADER)
        self.seq, self.type = struct.unpack_from("<Q8xH", self.header)
        front, middle, data = struct.unpack_from("<III", self.header, 22)
        self.front, self.middle, self.data = read(sock, front), read(sock, middle), read(sock, data)
        footer = read(sock, 21 if is_signed else 13)
        self.crcs = list(struct.unpack_from("<III", footer))
        self.signature, self.flags = footer[12:-1], footer[-1]

    def encode(self):
        return (bytes([MSG]) + self.header + self.front + self.middle + self.data + struct.pack("<III", *self.crcs) +
                self.signature + bytes([self.flags]))

    def flip(self, repair):
        name = "data" if self.data else "front"
        section = bytearray(getattr(self, name))
        section[-1] ^= 1
        setattr(self, name, bytes(section))
        if repair:
            self.crcs[2 if self.data else 0] = crc32c(section)

    def unsign(self):
        self.signature = bytes(len(self.signature))
        self.flags &= ~FOOTER_SIGNED

    def set_global_id(self, number):
        """In the first message of a login: 18 bytes of monitors' own, protocol 0, length, and the request."""
        protocol, length = struct.unpack_from("<II", self.front, 18)
        if protocol:
            return False
        end = 26 + length
        self.front = self.front[:end - 8] + struct.pack("<Q", number) + self.front[end:]
        self.crcs[0] = crc32c(self.front)
        return True


class Attack:
    def __init__(self, log, words):
        self.log, self.actions = open(log, "a", buffering=1), dict(w.split("=", 1) for w in words)
        self.recorded = []

    def number(self, action, base=10):
        return int(self.actions[action], base) if action in self.actions else None

    def note(self, text):
        self.log.write(text + "\n")

    def record(self, data):
        if "record" in self.actions:
            self.recorded.append(data.hex())
            with open(self.actions["record"], "w") as f:
                json.dump(self.recorded, f)

    def connect(self, connect):
        hidden = self.number("features", 16)
        if hidden:
            connect = struct.pack("<Q", struct.unpack_from("<Q", connect)[0] & ~hidden) + connect[8:]
            self.note("features taken away")
        if "protocol" in self.actions:
            connect = connect[:24] + struct.pack("<I", self.number("protocol")) + connect[28:]
            self.note("another protocol")
        return connect

    def reply(self, reply):
        hidden = self.number("features", 16)
        if hidden and reply[0] in (READY, SEQ):
            reply = reply[:1] + struct.pack("<Q", struct.unpack_from("<Q", reply, 1)[0] & ~hidden) + reply[9:]
        return reply

    def message(self, m, by_dialler):
        done = None
        if m.type == self.number("flip" if by_dialler else "flip-reply"):
            m.flip(True)
            done = "flipped"
        elif by_dialler and m.type == self.number("spoil"):
            m.flip(False)
            done = "spoilt"
        elif by_dialler and m.type == self.number("unsign"):
            m.unsign()
            done = "unsigned"
        elif by_dialler and "global-id" in self.actions and m.type == MSG_AUTH_TYPE:
            done = "global id" if m.set_global_id(self.number("global-id")) else None
        if done:
            self.note("%s: type %d seq %d" % (done, m.type, m.seq))


def handshake(attack, dialler, server):
    """Relays one; the features that both have."""
    dialler.sendall(read(server, BANNER + 2 * ADDR))
    hello = read(dialler, BANNER + ADDR)
    attack.record(hello)
    server.sendall(hello)
    while True:
        connect = attack.connect(read(dialler, CONNECT))
        connect += read(dialler, struct.unpack_from("<I", connect, 28)[0])
        attack.record(connect)
        server.sendall(connect)
        reply = attack.reply(read(server, REPLY))
        dialler.sendall(reply + read(server, struct.unpack_from("<I", reply, 21)[0]))
        if reply[0] == SEQ:
            dialler.sendall(read(server, 8))
            server.sendall(read(dialler, 8))
        if reply[0] in (READY, SEQ):
            return struct.unpack_from("<Q", connect)[0] & struct.unpack_from("<Q", reply, 1)[0]


def pump(attack, source, target, is_signed, by_dialler):
    try:
        while True:
            tag = read(source, 1)
            if tag[0] == MSG:
                m = Message(source, is_signed)
                attack.message(m, by_dialler)
                target.sendall(m.encode())
            else:
                target.sendall(tag + read(source, OPEN_PAYLOAD[tag[0]]))
    except (EOFError, OSError):
        hang_up(source, target)


def hang_up(*socks):
    for sock in socks:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def relay(attack, dialler, port):
    server = socket.create_connection(("127.0.0.1", port))
    try:
        is_signed = bool(handshake(attack, dialler, server) & FEATURE_MSG_AUTH)
    except (EOFError, OSError):
        hang_up(dialler, server)
        return
    if "cut" in attack.actions:
        timer = threading.Timer(float(attack.actions["cut"]), lambda: (attack.note("cut"), hang_up(dialler, server)))
        timer.daemon = True
        timer.start()
    back = threading.Thread(target=pump, args=(attack, server, dialler, is_signed, False), daemon=True)
    back.start()
    pump(attack, dialler, server, is_signed, True)
    back.join()
    dialler.close()
    server.close()


def replay(path, port):
    with open(path) as f:
        hello, *connects = [bytes.fromhex(text) for text in json.load(f)]
    server = socket.create_connection(("127.0.0.1", port))
    server.settimeout(20)
    read(server, BANNER + 2 * ADDR)
    server.sendall(hello)
    for connect in connects:
        server.sendall(connect)
        reply = read(server, REPLY)
        read(server, struct.unpack_from("<I", reply, 21)[0])
        print("tag %d" % reply[0], flush=True)
        if reply[0] in (READY, SEQ):
            return 0
    return 1


def main():
    if sys.argv[1] == "--replay":
        sys.exit(replay(sys.argv[2], int(sys.argv[3])))
    attack = Attack(sys.argv[3], sys.argv[4:])
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    attack.note("listening")
    while True:
        dialler, _ = listener.accept()
        threading.Thread(target=relay, args=(attack, dialler, int(sys.argv[2])), daemon=True).start()


main()
