"""A referral of somebody who has a file, or may have one, is told to the referral desk."""

from datetime import date

from tests.integration.casework.builders import SAM, open_a_file, referred
from tests.integration.conftest import OpenStage

from shared.events import MatchTier, PersonPart, ReferralAttached


async def test_the_desk_is_told_of_a_file_and_of_nothing_else(open_stage: OpenStage) -> None:
    """Known: added to the file. A stranger: not a word, so that silence means a new person."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        assert await stage.published(ReferralAttached) == []
        again = referred(SAM)
        stranger = referred(PersonPart(given="Una", surname="Else", dob=date(1955, 5, 5)))
        await stage.deliver_and_handle(again, stranger)
        [attached] = await stage.published(ReferralAttached)
        assert (attached.subject, attached.tier) == (key, MatchTier.EXACT)
        assert attached.referral_id == again.referral_id
        assert attached.referred_as == again.subject != key
