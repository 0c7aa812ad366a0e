"""server.py CERTIFICATE KEY FILE: a submission server for one user.

It listens on a port of the kernel's choice, prints its number when it is ready, and writes each
message it accepts to FILE.
"""

import asyncio
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, message_file = sys.argv[1:]


class Store:
    async def handle_DATA(self, server, session, envelope):
        with open(message_file, "wb") as out:
            out.write(envelope.content.replace(b"\r\n", b"\n"))
        return "250 2.0.0 accepted"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"alice", b"secret"))


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def connection():
        return SMTP(
            Store(), tls_context=context, require_starttls=True,
            auth_required=True, authenticator=authenticate,
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
