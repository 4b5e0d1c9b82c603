"""Files that look like the same person's as these, open or left, and that nobody has linked."""

from collections.abc import Collection

from casework.matching import findings, repository
from casework.matching.candidates import Wanted
from casework.matching.domain import decide, identity_of
from casework.participants import repository as files
from shared.database import Transaction
from shared.events import MatchTier


async def find_others(tx: Transaction, keys: Collection[str]) -> list[str]:
    """Keys of files that match one of these exactly."""
    people = await files.list_people(tx, keys)
    numbers = await repository.list_numbers(tx, keys)
    wanted = [
        Wanted(person.site, identity_of(person, numbers.get(key, frozenset())))
        for key, person in people.items()
    ]
    found = set()
    for former in (False, True):
        for seen, known in await findings.look_up(tx, wanted, former=former):
            finding = decide(seen.identity, known, tx.now.date())
            if finding.tier is MatchTier.EXACT:
                found |= {who.participant_key for who in finding.candidates}
                found |= {who.record_key for who in finding.candidates}
    return sorted(found - set(keys))
