"""A mail server that gives scripted replies and prints each mail as a line of JSON.

mail_server.py SCRIPT [CERTIFICATE_AND_KEY]: a JSON object.

    recipients  replies by address, such as {"bob@example.com": ["450 4.2.1 later", "250 OK"]}, the last one for good
    data        replies to mails, the last one for good
    mail        the reply to MAIL
    login       [user, password]; without it none is offered
    tls         "starttls", "implicit" or absent
    hang        true: it does not reply to mails
    drops       true: it closes the connection instead of replying to the first mail

The first line printed is the port. It ends when its standard input does.
"""

import asyncio
import base64
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

script = json.loads(sys.argv[1])


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def following(replies):
    if not replies:
        return "250 OK"
    return replies.pop(0) if len(replies) > 1 else replies[0]


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = script.get("mail", "250 OK")
        if reply.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = following(script.get("recipients", {}).get(address))
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        say(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "content": base64.b64encode(envelope.content).decode(),
                    "greeting": session.host_name,
                    "encrypted": session.ssl is not None,
                    "login": str(session.auth_data or ""),
                }
            )
        )
        if script.pop("drops", False):
            server.transport.abort()
            return "250 OK"
        if script.get("hang"):
            await asyncio.Event().wait()
        return following(script.get("data"))


def authenticate(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    good = [user, password] == script.get("login")
    return AuthResult(success=good, handled=False if not good else True, auth_data=user)


options = {}
context = None
if script.get("tls"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
if script.get("tls") == "starttls":
    options = {"tls_context": context, "require_starttls": True}
if script.get("login"):
    options |= {"authenticator": authenticate, "auth_required": True}
    options["auth_require_tls"] = script.get("tls") == "starttls"
implicit = context if script.get("tls") == "implicit" else None


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="127.0.0.1", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
    )
    say(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


def end_with_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
asyncio.run(serve())
