"""How contact methods are changed and verified, and who can be reached because of it."""

from uuid import UUID

from notifier import queue
from notifier.contacts import repository
from notifier.contacts.commands import PutMyMethods, PutMyRules, RotateMySecret, VerifyMyMethod
from notifier.contacts.domain import (
    CODES_PER_HOUR,
    Channel,
    ContactMethod,
    ContactRule,
    digest_of,
    reach_of,
)
from notifier.coverage.looking_ahead import LOOK_AHEAD
from notifier.errors import MethodNotFound, TooManyCodes, WouldBeUnreachable
from notifier.staff.domain import Staff
from notifier.staff.repository import get_staff
from shared.database import Transaction, publish
from shared.events import StaffReachabilityChanged
from shared.ids import new_id
from shared.sealing import DataClass
from shared.timers import set_timer


async def put_my_methods(command: PutMyMethods, tx: Transaction) -> list[ContactMethod]:
    """Keep what is known, send a code to what is new or never was verified, forget the rest."""
    staff = await get_staff(tx, command.site, command.caller.sub)
    known = {m.digest: m for m in await repository.list_methods(tx, [staff.site], staff.sub)}
    wanted = []
    for channel, address in dict.fromkeys(command.wanted):
        digest = digest_of(channel, address, tx.ring)
        kept = known.pop(digest) if digest in known else new_method(staff, channel, address, tx)
        wanted.append(kept)
    if staff.reachable and not any(method.usable for method in wanted):
        raise WouldBeUnreachable
    for position, method in enumerate(wanted):
        method.position = position
        tx.add(method)
    for method in known.values():
        await repository.cancel_codes(tx, method.id)
        await tx.delete(method)
    await tx.flush()
    for method in wanted:
        if not method.usable:
            await _send_code(method, tx)
    await refresh_reach(staff, tx)
    return wanted


def new_method(staff: Staff, channel: Channel, address: str, tx: Transaction) -> ContactMethod:
    """Not verified yet. A webhook gets the secret by which its owner knows us."""
    method_id, ring = new_id(), tx.ring
    method = ContactMethod(
        id=method_id,
        site=staff.site,
        sub=staff.sub,
        channel=channel,
        sealed_address=ring.seal(DataClass.IDENTITY, str(method_id), address.encode()),
        digest=digest_of(channel, address, ring),
        updated_at=tx.now,
    )
    if channel is Channel.WEBHOOK:
        method.take_secret(ring, tx.now)
    return method


async def rotate_secret(command: RotateMySecret, tx: Transaction) -> tuple[ContactMethod, str]:
    """The method and its new secret. Raises MethodNotFound, NothingSigned."""
    own = command.caller
    method = await repository.get_own_method(tx, own.sites, own.sub, command.method_id)
    return method, method.take_secret(tx.ring, tx.now)


async def _send_code(method: ContactMethod, tx: Transaction) -> None:
    if await repository.count_codes(tx, method.site, method.sub) >= CODES_PER_HOUR:
        raise TooManyCodes
    await repository.cancel_codes(tx, method.id)
    method.ask_for_code(new_id(), tx.now)
    await queue.add_verification(tx, method.site, method.sub, method.channel, method.id)


async def put_my_rules(command: PutMyRules, tx: Transaction) -> list[ContactRule]:
    """Raises MethodNotFound for a method that is not one's own."""
    staff = await get_staff(tx, command.site, command.caller.sub)
    own = {m.id for m in await repository.list_methods(tx, [staff.site], staff.sub)}
    if any(method not in own for wish in command.wishes for method, _ in wish.ways):
        raise MethodNotFound
    for rule in await repository.list_rules(tx, [staff.site], staff.sub):
        await tx.delete(rule)
    await tx.flush()
    rules = [
        ContactRule(
            site=staff.site,
            sub=staff.sub,
            alert_class=wish.alert_class,
            ways={str(method): after for method, after in wish.ways},
            next_person_after=wish.next_person_after,
        )
        for wish in command.wishes
    ]
    tx.add_all(rules)
    staff.hand_on = {
        rule.alert_class: rule.next_person_after for rule in rules if rule.next_person_after
    }
    await refresh_reach(staff, tx)
    return rules


async def verify_my_method(command: VerifyMyMethod, tx: Transaction) -> ContactMethod | None:
    """None for a wrong code, whose try is then counted: an exception would undo that."""
    staff = await get_staff(tx, command.site, command.caller.sub)
    method = await repository.get_method(tx, staff.site, staff.sub, command.method_id)
    if not method.verify(command.code, tx.ring, tx.now):
        return None
    await refresh_reach(staff, tx)
    return method


async def vouch_for(staff: Staff, address: str, by: str, tx: Transaction) -> None:
    """The e-mail address that a supervisor entered; it replaces the one entered before."""
    methods = await repository.list_methods(tx, [staff.site], staff.sub)
    digest = digest_of(Channel.EMAIL, address, tx.ring)
    for method in methods:
        if method.verified_by not in (None, staff.sub) and method.digest != digest:
            await tx.delete(method)
    method = next((m for m in methods if m.digest == digest), None) or new_method(
        staff, Channel.EMAIL, address, tx
    )
    if not method.usable:
        method.verified_at, method.verified_by, method.gone_at = tx.now, by, None
    tx.add(method)
    await refresh_reach(staff, tx)


async def refresh_reach(staff: Staff, tx: Transaction) -> None:
    """Plan anew how this person is reached, and say so when it is whether at all."""
    await tx.flush()
    methods = await repository.list_methods(tx, [staff.site], staff.sub)
    plan = reach_of(methods, await repository.list_rules(tx, [staff.site], staff.sub))
    await repository.replace_plan(tx, staff.site, staff.sub, plan)
    if bool(plan) != staff.reachable:
        staff.reachable = bool(plan)
        # Whether anybody covers may depend on it.
        await set_timer(tx, LOOK_AHEAD, staff.site, tx.now)
        say_reachable(staff, tx)


def say_reachable(staff: Staff, tx: Transaction) -> None:
    """For whoever assigns people: a privacy officer is reached, but not with alerts."""
    reachable = staff.reachable and not staff.privacy_officer
    values = {"site": staff.site, "subject": staff.sub, "occurred_at": tx.now}
    publish(tx, StaffReachabilityChanged(**values, reachable=reachable))


async def stop_using(site: str, sub: str, method_id: UUID, tx: Transaction) -> None:
    """The other side wants nothing more there; a code that comes back later brings it back."""
    staff = await get_staff(tx, site, sub)
    for method in await repository.list_methods(tx, [site], sub):
        if method.id == method_id and method.gone_at is None:
            method.gone_at = tx.now
            await refresh_reach(staff, tx)
