"""Reports that are not certain, and what program staff and reviewers see of them."""

from datetime import date
from typing import Any

from tests.integration.casework.builders import SAM, Headers, post

from shared.events import IdentifierPart, PersonPart
from shared.testing import Stage

# No shared number, one digit of the date of birth off: probable.
PROBABLY_SAM = SAM.model_copy(
    update={
        "dob": date(1980, 1, 3),
        "identifiers": (IdentifierPart(system="jail-local", value="J-77"),),
    }
)
STRANGER = PersonPart(
    given="Canaryname",
    surname="Canarysurname",
    dob=date(1975, 5, 5),
    sex="F",
    identifiers=(IdentifierPart(system="jail-local", value="CANARY-88"),),
)


async def outcomes(stage: Stage, headers: Headers, site: str = "king-county") -> list[Any]:
    """What program staff see of every report."""
    answer = await stage.client.get(
        "/v1/contacts/outcomes", headers=headers("program-manager", site)
    )
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def reviews(stage: Stage, headers: Headers) -> list[Any]:
    answer = await stage.client.get("/v1/reviews", headers=headers("identity-reviewer"))
    items: list[Any] = answer.json()["items"]
    return items


async def say(stage: Stage, headers: Headers, review: str, decision: str) -> Any:
    body = {"decision": decision}
    iris = headers("identity-reviewer", sub="iris")
    return await post(stage, f"/v1/reviews/{review}/decision", body, iris)
