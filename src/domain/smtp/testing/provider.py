"""A mail provider for tests: submission with TLS and a password, DKIM, and a maildir.

usage: provider.py PORT CERTIFICATE KEY MAILDIR DKIM_KEY

The protocol is aiosmtpd's, the signature dkimpy's, so that nothing here knows our own code.
"""
import mailbox
import ssl
import subprocess
import sys
import threading

import dkim
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, certificate, key, maildir, dkim_key = sys.argv[1:6]
signing_key = open(dkim_key, "rb").read()


class Provider:
    async def handle_DATA(self, server, session, envelope):
        message = envelope.original_content
        signature = dkim.sign(message, b"s1", b"acme.example", signing_key,
                              include_headers=[b"from", b"to", b"subject", b"date", b"message-id"])
        version = session.ssl["cipher"][1]
        trace = (f"Return-Path: <{envelope.mail_from}>\r\n"
                 f"Received: from {session.host_name} (unknown [{session.peer[0]}])\r\n"
                 f"\t(using {version} with cipher x)\r\n"
                 "\tby smtp.acme.example with ESMTPSA id 1; x\r\n").encode()
        mailbox.Maildir(maildir).add((trace + signature + message).replace(b"\r\n", b"\n"))
        return "250 2.0.0 queued"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"app" and data.password == b"very-hidden-word"
    return AuthResult(success=right, handled=False)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
controller = Controller(Provider(), hostname="127.0.0.1", port=int(port), tls_context=context,
                        require_starttls=True, authenticator=authenticate, auth_required=True)
controller.start()
der = subprocess.run(["openssl", "rsa", "-in", dkim_key, "-pubout", "-outform", "PEM"],
                     capture_output=True, check=True).stdout.decode()
print("dkim-key " + "".join(der.splitlines()[1:-1]), flush=True)
threading.Event().wait()
