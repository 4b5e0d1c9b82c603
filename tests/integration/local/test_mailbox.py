"""The mail catcher: it takes what a mail server takes, and shows what a person would read."""

import asyncio
import smtplib
from email.message import EmailMessage

from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.routing import Route

from lead.mailbox import Mailbox


def send(port: int, *mails: EmailMessage) -> None:
    """Hand mails over as any program would."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for mail in mails:
            server.send_message(mail)


def mail_to(address: str, subject: str, text: str) -> EmailMessage:
    """A mail with a text and an HTML part."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "system@city.example", address, subject
    mail.set_content(text)
    mail.add_alternative("<p>not this</p>", subtype="html")
    return mail


async def test_mails_are_shown_in_the_order_of_their_arrival() -> None:
    """Recipient, decoded subject and plain text, and when."""
    long_line = "Grüße " * 60
    async with Mailbox() as mailbox:
        first = mail_to("alice@city.example", "Bitte antworten: ä", long_line)
        second = mail_to("ben@city.example", "Two", "Text.")
        await asyncio.to_thread(send, mailbox.port, first, second)
        shown = ASGITransport(Starlette(routes=[Route("/mail", mailbox.show)]))
        async with AsyncClient(transport=shown, base_url="http://city.test") as client:
            mails = (await client.get("/mail")).json()
    assert [mail["to"] for mail in mails] == ["alice@city.example", "ben@city.example"]
    assert mails[0]["subject"] == "Bitte antworten: ä"
    assert mails[0]["text"].strip() == long_line.strip()
    assert mails[0]["received_at"] < mails[1]["received_at"]


async def test_nobody_answers_after_the_end() -> None:
    """The port is given back."""
    async with Mailbox() as mailbox:
        port = mailbox.port
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    raise AssertionError("the port is still open")
