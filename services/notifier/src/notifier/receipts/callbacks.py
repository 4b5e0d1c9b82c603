"""The SMS provider's callbacks. Nothing in them is believed before its signature is."""

from typing import Annotated, cast
from urllib.parse import parse_qsl
from uuid import UUID
from xml.sax.saxutils import escape

from fastapi import APIRouter, Header, Query, Request, Response

from notifier.channels.sms import REPLY_PATH, STATUS_PATH, is_signed
from notifier.receipts import handlers
from notifier.receipts.commands import RecordReceipt, TakeReply
from notifier.receipts.replies import read_reply
from notifier.settings import Settings
from shared.audit import unaudited
from shared.errors import Forbidden
from shared.idempotency import IdempotentRoute
from shared.operations import runtime_of
from shared.pipeline import any_query

router = APIRouter(tags=["sms"], route_class=IdempotentRoute)
LARGEST = 20_000

Signature = Annotated[str, Header(alias="X-Twilio-Signature", max_length=200)]


@router.post(STATUS_PATH, status_code=204)
@any_query("the address is signed, and may get parameters of the provider's own")
@unaudited("the provider's receipts: the delivery's own record has them, and no person acts")
async def record_receipt(
    request: Request, delivery: Annotated[UUID, Query()], signature: Signature = ""
) -> None:
    """What became of a message. Late and out-of-order receipts change nothing."""
    form = await _signed_form(request, STATUS_PATH, signature)
    sid, state = form.get("MessageSid", "")[:100], form.get("MessageStatus", "")
    async with runtime_of(request).database.transaction() as tx:
        await handlers.record_receipt(RecordReceipt(delivery, sid, state), tx)


@router.post(REPLY_PATH, response_class=Response)
@any_query("the address is signed, and may get parameters of the provider's own")
@unaudited("an answer by SMS: the alert's own record says who gave it")
async def take_reply(request: Request, signature: Signature = "") -> Response:
    """`ACK 1042` from a verified number says: I have this. STOP and START are heard too."""
    form = await _signed_form(request, REPLY_PATH, signature)
    command = TakeReply(form.get("From", ""), read_reply(form.get("Body", "")))
    async with runtime_of(request).database.transaction() as tx:
        said = await handlers.take_reply(command, tx)
    message = f"<Message>{escape(said)}</Message>" if said else ""
    return Response(f"<Response>{message}</Response>", media_type="text/xml")


async def _signed_form(request: Request, path: str, signature: str) -> dict[str, str]:
    """Raises Forbidden for what the provider did not sign."""
    settings = cast("Settings", runtime_of(request).settings)
    body = await request.body()
    if len(body) > LARGEST or not settings.sms_token:
        raise Forbidden("This is not a callback of the SMS provider.")
    pairs = parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True)
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.public_url.rstrip('/')}{settings.root_path}{path}{query}"
    if not is_signed(url, pairs, signature, settings.sms_token):
        raise Forbidden("This is not a callback of the SMS provider.")
    return {name: value.replace("\x00", "") for name, value in pairs}
