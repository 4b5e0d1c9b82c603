"""The time of an answer does not tell whether somebody is in the program (R-09).

Compares two groups of answers of one run with each other; how fast the machine is plays no part.
"""

from random import Random
from time import perf_counter

from tests.integration.system.house import KING, PARTICIPANT, STRANGER, Body, House, now
from tests.integration.system.test_no_oracle import Seen, seen

from lead import reports
from lead.people import MadeUpPerson
from shared.ids import new_id

EACH = 500
# How far from a half the chance may be that a participant's answer is the slower of two. By noise
# alone its standard deviation is 0.018 at 500 each, whatever the noise is like: this is beyond five
# of them. A query more for one of the groups moves it by more than 0.3.
WIDEST = 0.10


def slower_share(first: list[float], second: list[float]) -> float:
    """How often a value of `first` is above one of `second`: the Mann-Whitney statistic."""
    ordered = sorted([(value, 1) for value in first] + [(value, 0) for value in second])
    ranks = sum(rank for rank, (_, mine) in enumerate(ordered, 1) if mine)
    return (ranks - len(first) * (len(first) + 1) / 2) / (len(first) * len(second))


class Answers:
    """What the jail is answered about one person, and how long each answer took."""

    def __init__(self, house: House, person: MadeUpPerson) -> None:
        self._house, self._person = house, person
        self.took: list[float] = []
        self.looks: list[Seen] = []

    def _body(self) -> Body:
        body: Body = reports.booking(KING, self._person.as_jail_says, now())
        return body | {"source_record_id": f"T {new_id()}"}

    async def first(self, outcome: str) -> None:
        """One that counts for nothing, but that casework has looked up to this end."""
        house = self._house
        receipt = await house.report("referral", "/v1/contacts", house.jail, self._body())
        await house.outcome(receipt, outcome)

    async def another(self) -> None:
        body, who = self._body(), self._house.jail
        client = self._house.stages["referral"].client
        started = perf_counter()
        answer = await client.post("/v1/contacts", json=body, headers=who)
        self.took.append(perf_counter() - started)
        self.looks.append(seen(answer))


async def test_neither_time_nor_form_of_an_answer_tells_who_is_known(quiet_house: House) -> None:
    """500 reports about a participant and 500 about a stranger, one by one in a random order."""
    await quiet_house.settle_in()
    known, unknown = Answers(quiet_house, PARTICIPANT), Answers(quiet_house, STRANGER)
    await known.first("matched_alerted")
    await unknown.first("unmatched")
    order = [known, unknown] * EACH
    Random(7).shuffle(order)  # noqa: S311 - an order, not a secret
    for answers in order:
        await answers.another()
    assert known.looks[0][0] == 202
    assert known.looks == unknown.looks == known.looks[:1] * EACH
    share = slower_share(known.took, unknown.took)
    assert abs(share - 0.5) < WIDEST, share


def test_the_statistic_sees_a_difference() -> None:
    """A thirtieth on top of noise of that size is far outside what is allowed; noise is inside."""
    chance = Random(3)  # noqa: S311 - repeatable noise
    base = [chance.gauss(3.0, 0.1) for _ in range(EACH)]
    slower = [chance.gauss(3.1, 0.1) for _ in range(EACH)]
    alike = [chance.gauss(3.0, 0.1) for _ in range(EACH)]
    assert slower_share([2.0, 4.0], [1.0, 3.0]) == 0.75
    assert slower_share(slower, base) - 0.5 > 2 * WIDEST
    assert abs(slower_share(alike, base) - 0.5) < WIDEST
