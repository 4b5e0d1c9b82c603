"""How staff and a site's policy are kept."""

from notifier.contacts.domain import mail_address
from notifier.contacts.handlers import say_reachable, vouch_for
from notifier.errors import OnlySupervisors
from notifier.staff import repository
from notifier.staff.commands import PutSitePolicy, PutStaff
from notifier.staff.domain import SitePolicy, SitePolicyVersion, Staff
from shared.database import Transaction, publish
from shared.errors import PreconditionFailed
from shared.events import StaffNamed


async def put_staff(command: PutStaff, tx: Transaction) -> Staff:
    """Create or replace. Who may do this vouches for the address. Raises OnlySupervisors."""
    address = mail_address(command.email)
    known = await repository.find_staff(tx, command.site, command.sub)
    watches = command.privacy_officer or (known is not None and known.privacy_officer)
    if watches and not command.caller.has("supervisor"):
        raise OnlySupervisors
    staff = known or Staff(
        site=command.site, sub=command.sub, name="", updated_by="", updated_at=tx.now
    )
    renamed = staff.name != command.name
    staff.name, staff.language = command.name, command.language
    if renamed:
        _say_name(staff, tx)
    staff.backup, staff.supervisor = command.backup, command.supervisor
    became_another = staff.privacy_officer is not command.privacy_officer
    staff.privacy_officer = command.privacy_officer
    if became_another and staff.reachable:
        say_reachable(staff, tx)
    staff.updated_by, staff.updated_at = command.caller.sub, tx.now
    tx.add(staff)
    await tx.flush()
    await vouch_for(staff, address, command.caller.sub, tx)
    return staff


async def put_site_policy(command: PutSitePolicy, tx: Transaction) -> SitePolicy:
    """A new version; alerts that are open keep the clock they have."""
    before = await repository.find_policy(tx, command.site)
    version = before.version if before else 0
    if command.expected not in (None, version):
        raise PreconditionFailed
    line = command.program_line_email
    policy = SitePolicy(
        site=command.site,
        supervisor=command.supervisor,
        program_line_email=mail_address(line, "/program_line_email") if line else None,
        custody_minutes=command.custody_minutes,
        safety_minutes=command.safety_minutes,
        legal_business_days=command.legal_business_days,
        custody_old_hours=command.custody_old_hours,
        safety_old_hours=command.safety_old_hours,
        legal_old_hours=command.legal_old_hours,
        field_old_hours=command.field_old_hours,
        held_days=command.held_days,
        quiet_from=command.quiet_from,
        quiet_until=command.quiet_until,
        digests=sorted(command.digests),
        holidays=sorted(command.holidays),
        messages_at_most=command.messages_at_most,
        messages_within_minutes=command.messages_within_minutes,
        version=version + 1,
        updated_by=command.caller.sub,
        updated_at=tx.now,
    )
    tx.add(_version_of(policy))
    return await tx.merge(policy)


def _version_of(policy: SitePolicy) -> SitePolicyVersion:
    return SitePolicyVersion(
        site=policy.site,
        version=policy.version,
        policy=policy.model_dump(mode="json", exclude={"updated_by", "updated_at"}),
        updated_by=policy.updated_by,
        updated_at=policy.updated_at,
    )


async def tell_names(tx: Transaction) -> None:
    """Once, after an update from before names were told."""
    for staff in await repository.list_everybody(tx):
        _say_name(staff, tx)


def _say_name(staff: Staff, tx: Transaction) -> None:
    values = {"site": staff.site, "subject": staff.sub, "occurred_at": tx.now}
    publish(tx, StaffNamed(**values, name=staff.name))


async def seal_addresses(tx: Transaction) -> None:
    """Once, after an update from before contact methods: what was kept in the open is sealed."""
    for site, sub, address in await repository.list_open_addresses(tx):
        staff = await repository.get_staff(tx, site, sub)
        await vouch_for(staff, address, staff.updated_by, tx)
    await repository.forget_open_addresses(tx)
