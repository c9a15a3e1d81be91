"""The mail server that journeys write to."""
import asyncio
import collections
import email
import email.policy

from aiosmtpd.controller import Controller

from conftest import free_port


class Post:
    """It refuses for good whoever is called `khongco`, and takes `pause` seconds for each letter."""

    def __init__(self, pause=0):
        self.pause = pause
        # With the addresses, in the order in which they came.
        self.letters = []
        # Byte for byte, by address.
        self.copies = collections.defaultdict(list)
        self.taken = 0
        self.port = free_port()

    def start(self):
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()
        return self

    def stop(self):
        self.server.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("khongco@"):
            return "550 5.1.1 khong co hop thu nay"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        # From here on the letter may arrive, whether its sender lives to hear of it or not.
        self.copies[envelope.rcpt_tos[0]].append(envelope.content)
        self.letters.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        await asyncio.sleep(self.pause)
        self.taken += 1
        return "250 2.0.0 da nhan"

    def letters_to(self, address):
        return [letter for recipients, letter in self.letters if address in recipients]
