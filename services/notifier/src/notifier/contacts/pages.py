"""How I am reached, for people: methods, codes, rules, one's own calendar."""

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from notifier import words
from notifier.channels.offer import offered_by
from notifier.contacts import handlers, repository
from notifier.contacts.api import MOST_METHODS, MethodView, view
from notifier.contacts.commands import (
    PutMyMethods,
    PutMyRules,
    RotateMySecret,
    VerifyMyMethod,
    Wish,
)
from notifier.contacts.domain import BY_EVERY_WAY, Channel, ContactRule, read_address
from notifier.policy import AlertClass
from notifier.settings import Settings
from notifier.trouble import BY
from shared.callers import Caller
from shared.database import Transaction
from shared.errors import Invalid
from shared.idempotency import Tx
from shared.operations import runtime_of
from shared.page_session import PageRoute, require_page, root_of
from shared.pages import templates

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGES = templates("notifier")

Person = Annotated[Caller, Depends(require_page("case-manager", "supervisor", "privacy-officer"))]
AFTER = (0, 5, 10, 15, 20, 30)


@router.get("/me")
async def show_me(request: Request, caller: Person, tx: Tx) -> Response:
    return await _page(request, caller, tx)


async def _page(
    request: Request,
    caller: Caller,
    tx: Transaction,
    *,
    fault: str | None = None,
    fresh: MethodView | None = None,
) -> Response:
    site = site_of(caller)
    offered = offered_by(cast("Settings", runtime_of(request).settings))
    methods = await repository.list_methods(tx, [site], caller.sub)
    channels = [Channel.EMAIL, Channel.WEBHOOK]
    channels += [Channel.SMS] if offered.sms else []
    channels += [Channel.CHAT] if offered.chat else []
    rules = {r.alert_class: r for r in await repository.list_rules(tx, [site], caller.sub)}
    return PAGES.render(
        request,
        "me.html",
        caller=caller,
        status=422 if fault else 200,
        methods=[view(method, tx.ring) for method in methods],
        fresh=fresh,
        channels=channels,
        by=BY,
        rules=[(kind, rules.get(kind)) for kind in AlertClass],
        classes=words.CLASSES,
        every_way=BY_EVERY_WAY,
        after=AFTER,
        fault=fault,
    )


def site_of(caller: Caller) -> str:
    """A person works at one site; of several the first by name."""
    if not caller.sites:
        raise Invalid("You do not belong to a site yet.")
    return min(caller.sites)


@router.post("/me/methods")
async def add_method(
    request: Request,
    caller: Person,
    tx: Tx,
    channel: Annotated[Channel, Form()],
    address: Annotated[str, Form(max_length=2_000)],
) -> Response:
    offered = offered_by(cast("Settings", runtime_of(request).settings))
    added = (channel, read_address(channel, address, offered, "/address"))
    known = await _known(caller, tx)
    if len(known) >= MOST_METHODS:
        raise Invalid("Remove one of your methods first.")
    await _put(caller, [*known.values(), added], tx)
    return _back(request)


@router.post("/me/methods/{method_id}/secret")
async def rotate_secret(request: Request, method_id: UUID, caller: Person, tx: Tx) -> Response:
    """The new secret is on this answer and on no other."""
    method, secret = await handlers.rotate_secret(RotateMySecret(caller, method_id), tx)
    return await _page(request, caller, tx, fresh=view(method, tx.ring, secret))


@router.post("/me/methods/{method_id}/{change}")
async def change_method(
    request: Request, method_id: UUID, change: str, caller: Person, tx: Tx
) -> Response:
    """`first`: prefer it. `removal`: forget it. `code`: have a new code sent."""
    known = await _known(caller, tx)
    await repository.get_method(tx, site_of(caller), caller.sub, method_id)
    if change not in ("first", "removal", "code"):
        raise Invalid("A method can be preferred, removed, or sent a code.")
    listed = list(known.values())
    if change != "code":
        changed = known.pop(method_id)
        listed = [*([changed] if change == "first" else []), *known.values()]
    await _put(caller, listed, tx)
    return _back(request)


async def _known(caller: Caller, tx: Transaction) -> dict[UUID, tuple[Channel, str]]:
    methods = await repository.list_methods(tx, [site_of(caller)], caller.sub)
    return {m.id: (Channel(m.channel), m.address(tx.ring)) for m in methods}


async def _put(caller: Caller, wanted: list[tuple[Channel, str]], tx: Transaction) -> None:
    await handlers.put_my_methods(PutMyMethods(caller, site_of(caller), tuple(wanted)), tx)


@router.post("/me/verify")
async def verify_method(
    request: Request,
    caller: Person,
    tx: Tx,
    method: Annotated[UUID, Form()],
    code: Annotated[str, Form(max_length=20)],
) -> Response:
    """A wrong code is said on the page, and counted."""
    command = VerifyMyMethod(caller, site_of(caller), method, code.replace(" ", ""))
    if await handlers.verify_my_method(command, tx) is None:
        return await _page(request, caller, tx, fault="This is not the code that was sent.")
    return _back(request)


@router.post("/me/rules/{alert_class}")
async def put_rule(request: Request, alert_class: AlertClass, caller: Person, tx: Tx) -> Response:
    """One class of alert; an empty form goes back to how everybody is reached."""
    form = await request.form()
    given = {key: str(value) for key, value in form.items()}
    rules = await repository.list_rules(tx, [site_of(caller)], caller.sub)
    wishes = [_wish(rule) for rule in rules if rule.alert_class != alert_class]
    if (wish := _read_wish(alert_class, given)) is not None:
        wishes.append(wish)
    await handlers.put_my_rules(PutMyRules(caller, site_of(caller), tuple(wishes)), tx)
    return _back(request)


def _wish(rule: ContactRule) -> Wish:
    ways = tuple((UUID(method), after) for method, after in rule.ways.items())
    return Wish(AlertClass(rule.alert_class), ways, rule.next_person_after)


def _read_wish(alert_class: AlertClass, given: dict[str, Any]) -> Wish | None:
    """Raises Invalid for what the form could not have sent."""
    try:
        ways = tuple(
            (UUID(key.removeprefix("way-")), int(value))
            for key, value in given.items()
            if key.startswith("way-") and value
        )
        after = int(given["next"]) if given.get("next") else None
    except ValueError:
        raise Invalid("Choose when each method is used, in minutes.") from None
    if any(minutes not in AFTER for _, minutes in ways) or not 0 < (after or 1) <= 24 * 60:
        raise Invalid("Choose when each method is used, in minutes.")
    if not ways and after is None:
        return None
    if ways and all(minutes for _, minutes in ways):
        raise Invalid("One method must be used at once.")
    return Wish(alert_class, ways, after)


def _back(request: Request) -> Response:
    return RedirectResponse(f"{root_of(request)}/me", 303)
