"""TLS servers whose libraries Debian does not package, for tests.

Usage: packaged_server.py PACKAGES KIND CERTIFICATE KEY
PACKAGES is a folder made by `pip install --target`. KIND "modern" is pyOpenSSL on a current OpenSSL;
"ancient" is tlslite-ng, which goes down to SSL 3.0 and RC4. Prints its port and serves on the
loopback until it is killed.
"""

import socket
import sys
import threading

packages, kind, certificate, key = sys.argv[1:5]
sys.path.insert(0, packages)


def modern():
    from OpenSSL import SSL

    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_chain_file(certificate)
    context.use_privatekey_file(key)
    print(SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode(), flush=True)

    def serve(peer):
        session = SSL.Connection(context, peer)
        session.set_accept_state()
        session.do_handshake()
        session.recv(1)

    return serve


def ancient():
    from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

    chain = X509CertChain()
    with open(certificate, encoding="ascii") as file:
        chain.parsePemList(file.read())
    with open(key, encoding="ascii") as file:
        private = parsePEMKey(file.read(), private=True)
    settings = HandshakeSettings()
    settings.minVersion = (3, 0)
    settings.maxVersion = (3, 2)
    settings.cipherNames = ["rc4", "3des", "null"]
    settings.macNames = ["sha", "md5"]

    def serve(peer):
        TLSConnection(peer).handshakeServer(certChain=chain, privateKey=private,
                                            settings=settings)

    return serve


def guarded(serve, peer):
    try:
        serve(peer)
    except Exception:  # A scanner breaks every handshake off, in every library's own words.
        pass
    finally:
        peer.close()


serve = {"modern": modern, "ancient": ancient}[kind]()
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print("port", listener.getsockname()[1], flush=True)
while True:
    peer, _ = listener.accept()
    threading.Thread(target=guarded, args=(serve, peer), daemon=True).start()
