"""What may be told to the caller of a route about one participant, asked at the gatekeeper."""

from collections.abc import Iterable
from uuid import UUID

from prosecution_hook.disclosure.domain import Clearance, Proposal, Recipient
from prosecution_hook.disclosure.handlers import cover, put_on_record
from prosecution_hook.offices import OfficeCaller
from shared.database import Transaction

LIAISON = "liaison-prosecutor"
# That somebody has a file here says that they are in the program.
ENGAGEMENT = "engagement_fact"


def proposals_to(
    caller: OfficeCaller,
    site: str,
    key: str,
    *categories: str,
    about: UUID | None = None,
    office: str | None = None,
) -> tuple[Proposal, ...]:
    """One proposal per office that the caller answers for at the site.

    `office` is the office that the record belongs to: then only its own people may be told.
    """
    offices = caller.offices_at(site) & ({office} if office else caller.offices_at(site))
    return tuple(
        Proposal(
            site,
            key,
            Recipient(caller.sub, LIAISON, name),
            categories or (ENGAGEMENT,),
            about=about,
        )
        for name in sorted(offices)
    )


async def covered(proposals: Iterable[Proposal], tx: Transaction) -> bool:
    """Whether one of them may be told now. Leaves no record."""
    return any([isinstance(await cover(proposal, tx), Clearance) for proposal in proposals])


async def tell(proposals: Iterable[Proposal], tx: Transaction) -> Clearance | None:
    """The first that is cleared, on record as told. None leaves no record: nothing was told."""
    for proposal in proposals:
        decision = await cover(proposal, tx)
        if isinstance(decision, Clearance):
            put_on_record(proposal, decision, tx)
            return decision
    return None
