"""E-mail over SMTP: one kept connection, and an exact answer to "was it sent?"."""

import asyncio
import ssl
from datetime import datetime
from email.mime.text import MIMEText
from email.utils import format_datetime

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from notifier.channels import Message, Outcome, Result
from notifier.settings import Settings

CONNECT_SECONDS = 10


class EmailChannel:
    """Sends through one server. The connection outlives a message and is renewed when it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._domain = settings.mail_from.rpartition("@")[2] or "localhost"
        self._smtp: aiosmtplib.SMTP | None = None

    async def send(self, message: Message, at: datetime) -> Result:
        try:
            smtp = await self._connected()
        except SMTPResponseException as error:
            # Our credentials or our server: no fault of the address.
            return await self._dropped(Result(Outcome.RETRY, f"smtp_connect_{error.code}"))
        except (SMTPException, OSError, ssl.SSLError):
            return await self._dropped(Result(Outcome.RETRY, "smtp_unreachable"))
        return await self._transact(smtp, self._content(message, at), message.to)

    async def _transact(self, smtp: aiosmtplib.SMTP, content: bytes, to: str) -> Result:
        in_data = False
        try:
            async with asyncio.timeout(self._settings.smtp_timeout_seconds):
                await smtp.mail(self._settings.mail_from)
                await smtp.rcpt(to)
                in_data = True
                await smtp.data(content)
        except SMTPResponseException as error:
            return await self._answered(smtp, error)
        except (SMTPException, OSError):
            # After DATA the server may have taken it and only its answer was lost.
            lost = Result(Outcome.UNKNOWN, "smtp_lost_after_data")
            gone = Result(Outcome.RETRY, "smtp_disconnected")
            return await self._dropped(lost if in_data else gone)
        return Result(Outcome.SENT, "smtp_250")

    async def _answered(self, smtp: aiosmtplib.SMTP, error: SMTPResponseException) -> Result:
        """A clear no. Only one to the address or the message is for good; 421 ends the session."""
        about_us = isinstance(error, aiosmtplib.SMTPSenderRefused)
        outcome = Outcome.REFUSED if error.code >= 500 and not about_us else Outcome.RETRY
        result = Result(outcome, f"smtp_{error.code}")
        if error.code == 421 or not smtp.is_connected:
            return await self._dropped(result)
        try:
            await smtp.rset()
        except (SMTPException, OSError):
            return await self._dropped(result)
        return result

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        settings = self._settings
        self._smtp = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password,
            start_tls=settings.smtp_starttls,
            local_hostname=self._domain,
            timeout=settings.smtp_timeout_seconds,
        )
        async with asyncio.timeout(CONNECT_SECONDS):
            await self._smtp.connect()
            await self._smtp.ehlo()
        return self._smtp

    async def _dropped(self, result: Result) -> Result:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None
        return result

    async def close(self) -> None:
        if self._smtp is not None and self._smtp.is_connected:
            try:
                async with asyncio.timeout(1):
                    await self._smtp.quit()
            except (SMTPException, OSError):
                self._smtp.close()

    def _content(self, message: Message, at: datetime) -> bytes:
        mail = MIMEText(
            message.text, "plain", "utf-8" if not message.text.isascii() else "us-ascii"
        )
        mail["Message-ID"] = f"<{message.id}@{self._domain}>"
        mail["Date"] = format_datetime(at)
        mail["From"] = self._settings.mail_from
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Auto-Submitted"] = "auto-generated"
        return mail.as_bytes()
