#!/usr/bin/python3
"""What tests of `xm relocation` need of the network.

wire.py port                    prints a free port of 127.0.0.1
wire.py silent PORT COUNT       COUNT connections that say nothing; a line when they are there; waits until
                                the other side has ended all, and prints after how many seconds
wire.py slow PORT               one that says a byte of TLS now and then; the same
wire.py send PORT HEX           says these bytes, and prints what comes back until the end, at most 20 s
wire.py stranger PORT           shakes hands by TLS without a certificate, and prints what becomes of it
wire.py proxy PORT FILE         prints its own port, and carries connections on to PORT. Where FILE holds
                                "turn N", the next one is cut at the Nth change of who speaks, and what was
                                about to be said is lost; "bytes N": once N bytes have gone to PORT;
                                "word W": before W, in the plain, comes from there; "hold N": it is not cut
                                at the Nth change, but nothing gets through any more.
                                FILE.missed is made if that never comes to pass. How many changes there are
                                is a matter of timing: a flight of TLS may come in two pieces, or in one.
"""
import os
import select
import socket
import ssl
import sys
import threading
import time


def connect(port):
    return socket.create_connection(("127.0.0.1", int(port)), 20)


def ended(sock):
    try:
        return not sock.recv(4096)
    except OSError:
        return True


def silent(port, count):
    begin, socks = time.monotonic(), []
    for _ in range(int(count)):
        socks.append(connect(port))
    print("there", flush=True)
    while socks:
        ready, _, _ = select.select(socks, [], [], 60)
        if not ready:
            sys.exit("still there")
        socks = [s for s in socks if s not in ready or not ended(s)]
    print(int(time.monotonic() - begin), flush=True)


def slow(port):
    begin, sock = time.monotonic(), connect(port)
    for byte in bytes.fromhex("1603010200010001fc0303") + bytes(10000):
        try:
            sock.send(bytes([byte]))
        except OSError:
            break
        if select.select([sock], [], [], 0.3)[0] and ended(sock):
            break
    print(int(time.monotonic() - begin), flush=True)


def send(port, text):
    sock = connect(port)
    sock.send(bytes.fromhex(text))
    got = b""
    try:
        while chunk := sock.recv(4096):
            got += chunk
    except ConnectionError:
        pass
    print(got.hex() if 0 in got else got.decode("latin-1"), end="")


def stranger(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        sock = context.wrap_socket(connect(port))
        print(sock.recv(100) or "ended")
    except OSError as why:
        print(why)


def plan(path):
    try:
        with open(path) as file:
            what, number = file.read().split()
        os.unlink(path)
        return what, int(number) if number.isdigit() else number.encode()
    except OSError:
        return "none", 0


def carry(client, port, path):
    server, (what, number) = connect(port), plan(path)
    turns, last, sent = 0, None, 0
    while True:
        for sock in select.select([client, server], [], [])[0]:
            data = sock.recv(65536)
            turns += sock is not last
            last = sock
            sent += len(data) if sock is client else 0
            cut = (what == "turn" and turns >= number) or (what == "bytes" and sent >= number) or (
                what == "word" and sock is server and number in data)
            if what == "hold" and turns >= number:
                time.sleep(600)
            if cut or not data:
                if what != "none" and not cut:
                    open(path + ".missed", "w").close()
                client.close()
                server.close()
                return
            (server if sock is client else client).sendall(data)


def carry_quietly(*args):
    try:
        carry(*args)
    except OSError:
        pass


def proxy(port, path):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=carry_quietly, args=(listener.accept()[0], port, path), daemon=True).start()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        print(sock.getsockname()[1])


{"port": free_port, "silent": silent, "slow": slow, "send": send, "stranger": stranger, "proxy": proxy}[sys.argv[1]](*sys.argv[2:])
