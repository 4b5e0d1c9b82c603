"""What may be told to the caller of a route about one participant, asked at the gatekeeper."""

from uuid import UUID

from prosecution_hook.disclosure.domain import Clearance, Proposal, Recipient
from prosecution_hook.disclosure.handlers import cover, disclose
from shared.callers import Caller
from shared.database import Transaction

LIAISON = "liaison-prosecutor"
# That somebody has a file here says that they are in the program.
ENGAGEMENT = "engagement_fact"


def proposal_to(
    caller: Caller, site: str, key: str, *categories: str, about: UUID | None = None
) -> Proposal:
    recipient = Recipient(caller.sub, LIAISON, caller.agency)
    return Proposal(site, key, recipient, categories or (ENGAGEMENT,), about=about)


async def tell(proposal: Proposal, tx: Transaction) -> Clearance | None:
    """Cleared, and on record as told; None leaves no record: nothing was asked for by name."""
    if not isinstance(await cover(proposal, tx), Clearance):
        return None
    decision = await disclose(proposal, tx)
    return decision if isinstance(decision, Clearance) else None
