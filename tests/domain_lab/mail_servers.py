"""Mail servers of the laboratory: aiosmtpd on loopback addresses, right ones and faulty ones.

Usage: mail_servers.py CONFIGURATION
The configuration is JSON: {"port": 2525, "servers": [{"address", "name", "certificate", "key",
"faults": [...]}]}. A server with a port "behind" hands its connections on to the TLS server there
when STARTTLS is asked for. Prints "ready" once all of them listen, and runs until it is killed.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Receiver:
    """Takes mail for names below "lab"; a faulty one for anybody, or tells who has a mailbox."""

    def __init__(self, faults):
        self.faults = faults

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        domain = address.rpartition("@")[2].rstrip(">").lower()
        local = not any(mark in address.rpartition("@")[0] for mark in "@%!")
        if "open_relay" in self.faults or (domain.endswith("lab") and local):
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        if domain == "" and address.lower().strip("<>") == "postmaster":
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return "550 5.7.1 relaying denied"

    async def handle_VRFY(self, server, session, envelope, address):
        if "vrfy" in self.faults:
            return "250 2.1.5 Full Name <" + address + "@mailhost.lab>"
        return "252 2.5.2 send some mail, I will try my best"

    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 taken"


def tls_context(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server["certificate"], server["key"])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if "old_tls" in server["faults"]:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1
    return context


def refuse_everybody(server, session, envelope, mechanism, auth_data):
    return AuthResult(success=False, handled=False)


def protocol_of(server):
    faults = server["faults"]
    options = {"hostname": server["name"], "ident": "ESMTP"}
    if "localhost" in faults:
        options["hostname"] = "localhost"
    if "no_starttls" not in faults:
        options["tls_context"] = tls_context(server)
    if "plain_auth" in faults:
        options["auth_require_tls"] = False
        options["authenticator"] = refuse_everybody
    return SMTP(Receiver(faults), **options)


class Stall(asyncio.Protocol):
    """Greets, offers STARTTLS, and is silent from the handshake on."""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 stall.lab ESMTP\r\n")

    def data_received(self, data):
        word = data[:4].upper()
        if word == b"EHLO":
            self.transport.write(b"250-stall.lab\r\n250 STARTTLS\r\n")
        elif word == b"STAR":
            self.transport.write(b"220 go ahead\r\n")


async def pump(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def front_of(server):
    """Speaks SMTP up to STARTTLS; from there on a program that knows TLS only has the connection."""

    async def serve(reader, writer):
        writer.write(b"220 " + server["name"].encode() + b" ESMTP\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                writer.write(b"250-" + server["name"].encode() + b"\r\n250 STARTTLS\r\n")
            elif word == b"QUIT":
                break
            elif word == b"STAR":
                writer.write(b"220 2.0.0 go ahead\r\n")
                inner = await asyncio.open_connection("127.0.0.1", server["behind"])
                await asyncio.gather(pump(reader, inner[1]), pump(inner[0], writer))
                break
            else:
                writer.write(b"502 5.5.1 not before TLS\r\n")
        writer.close()

    async def careful(reader, writer):
        try:
            await serve(reader, writer)
        except OSError:
            writer.close()

    return careful


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        configuration = json.load(file)
    loop = asyncio.get_running_loop()
    for server in configuration["servers"]:
        if "behind" in server:
            await asyncio.start_server(front_of(server), server["address"], configuration["port"])
            continue
        make = Stall if "stall" in server["faults"] else lambda server=server: protocol_of(server)
        await loop.create_server(make, server["address"], configuration["port"])
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
