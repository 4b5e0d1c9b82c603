"""How staff, contact methods and a site's policy are kept."""

from notifier import queue
from notifier.staff import repository
from notifier.staff.commands import ChangeMyAddress, PutSitePolicy, PutStaff, VerifyMyAddress
from notifier.staff.domain import SitePolicy, Staff, mail_address
from shared.database import Transaction
from shared.ids import new_id


async def put_staff(command: PutStaff, tx: Transaction) -> Staff:
    """Create or replace. Who may do this vouches for the address."""
    known = await repository.find_staff(tx, command.site, command.sub)
    staff = known or Staff(
        site=command.site, sub=command.sub, name="", email="", updated_by="", updated_at=tx.now
    )
    email = mail_address(command.email)
    if email != staff.email:
        staff.new_email, staff.code_id = None, None
    staff.name, staff.email, staff.language = command.name, email, command.language
    staff.backup, staff.supervisor = command.backup, command.supervisor
    staff.updated_by, staff.updated_at = command.caller.sub, tx.now
    tx.add(staff)
    return staff


async def put_site_policy(command: PutSitePolicy, tx: Transaction) -> SitePolicy:
    """Create or replace; alerts that are open keep the clock they have."""
    policy = SitePolicy(
        site=command.site,
        supervisor=command.supervisor,
        program_line_email=(
            mail_address(command.program_line_email) if command.program_line_email else None
        ),
        custody_minutes=command.custody_minutes,
        safety_minutes=command.safety_minutes,
        legal_business_days=command.legal_business_days,
        updated_by=command.caller.sub,
        updated_at=tx.now,
    )
    return await tx.merge(policy)


async def change_my_address(command: ChangeMyAddress, tx: Transaction) -> Staff:
    """Send a code to the new address; until it comes back the old one is used."""
    staff = await repository.get_staff(tx, command.site, command.caller.sub)
    address = mail_address(command.email)
    await repository.cancel_codes(tx, staff.site, staff.sub)
    if address == staff.email:
        staff.new_email, staff.code_id = None, None
        return staff
    staff.ask_for_code(address, new_id(), tx.now)
    await queue.add_verification(tx, staff.site, staff.sub)
    return staff


async def verify_my_address(command: VerifyMyAddress, tx: Transaction) -> Staff | None:
    """None for a wrong code, whose try is then counted: an exception would undo that."""
    staff = await repository.get_staff(tx, command.site, command.caller.sub)
    return staff if staff.verify(command.code, tx.ring, tx.now) else None
