"""SMS through a provider whose REST API has Twilio's shape, and proof that a callback is theirs."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime

import httpx

from notifier.channels import Message, Outcome, Result
from notifier.settings import Settings

STATUS_PATH, REPLY_PATH = "/v1/sms/status", "/v1/sms/replies"
CONNECT_SECONDS, ANSWER_SECONDS = 5, 15
# The provider's codes for a number that cannot get messages: landline, unknown, or it sent STOP.
_NUMBER_GONE = {21211, 21214, 21610, 21614, 21217}
_GATEWAY = {502, 504}


class SmsChannel:
    """One account at one provider. It has no idempotency key: a repeat shows by its number."""

    def __init__(self, settings: Settings) -> None:
        base = f"{settings.public_url.rstrip('/')}{settings.root_path}"
        account = settings.sms_account or ""
        self._path = f"/2010-04-01/Accounts/{account}/Messages.json"
        self._from, self._callback = settings.sms_from, f"{base}{STATUS_PATH}?delivery="
        self._http = httpx.AsyncClient(
            base_url=settings.sms_url or "",
            auth=(account, settings.sms_token or ""),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    async def send(self, message: Message, at: datetime) -> Result:
        form = {
            "From": self._from,
            "To": message.to,
            "Body": message.short,
            "StatusCallback": self._callback + message.id,
        }
        try:
            response = await self._http.post(self._path, data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Result(Outcome.RETRY, "sms_unreachable")
        except httpx.TransportError:
            return Result(Outcome.UNKNOWN, "sms_no_answer")
        return _read(response)

    async def close(self) -> None:
        await self._http.aclose()


def _read(response: httpx.Response) -> Result:
    status = response.status_code
    if response.is_success:
        return Result(Outcome.SENT, f"sms_{status}")
    if status in _GATEWAY:
        return Result(Outcome.UNKNOWN, f"sms_{status}")
    if status >= 500 or status in (401, 403, 408, 429):
        # Trouble of ours or the provider's, and no fault of the number.
        return Result(Outcome.RETRY, f"sms_{status}")
    gone = _body(response).get("code") in _NUMBER_GONE
    return Result(Outcome.GONE if gone else Outcome.REFUSED, f"sms_{status}")


def _body(response: httpx.Response) -> dict[str, object]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_signed(url: str, form: Iterable[tuple[str, str]], signature: str, token: str) -> bool:
    """Whether the provider sent this form to this URL: X-Twilio-Signature, by the shared token."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(form))
    # SHA-1 is the provider's choice; in an HMAC it still stands.
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(b64encode(digest), signature.encode(errors="replace"))
