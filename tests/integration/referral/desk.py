"""The referral desk at work, as tests drive it."""

from collections.abc import Callable
from typing import Any

import httpx
from tests.integration.answers import headers_seen
from tests.integration.referral.bodies import referral

from shared.testing import Stage

Headers = Callable[..., dict[str, str]]
ANSWERED = {"met": True, "evidence": "records"}
ASKED_IN_SEATTLE = (
    "no_excluding_history",
    "amenable",
    "no_exploitation_of_minors",
    "no_promoting_prostitution",
    "no_dealing_for_profit",
)
ALL_MET = dict.fromkeys((*ASKED_IN_SEATTLE, "three_grams"), ANSWERED)
ELIGIBLE = {"decision": "eligible", "findings": ALL_MET}


class Desk:
    """One stage, an officer and the desk."""

    def __init__(self, stage: Stage, headers: Headers) -> None:
        self.stage, self.headers = stage, headers
        self.officer = headers("agency-reporter", sub="spd", sources=["rms-spd"])
        self.dana = headers("referral-desk", sub="dana")
        self._number = 0

    async def refer(self, **changes: Any) -> str:
        """A referral's id."""
        self._number += 1
        body = referral(source_record_id=f"D-{self._number}") | changes
        answer = await self.stage.client.post("/v1/referrals", json=body, headers=self.officer)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def post(
        self, referral_id: str, step: str, body: dict[str, Any], **headers: str
    ) -> httpx.Response:
        """The answer to a step of the desk."""
        path = f"/v1/referrals/{referral_id}/{step}"
        return await self.stage.client.post(path, json=body, headers=self.dana | headers)

    async def did(self, referral_id: str, step: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a step that succeeded was answered with."""
        answer = await self.post(referral_id, step, body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def see(self, referral_id: str) -> dict[str, Any]:
        answer = await self.stage.client.get(f"/v1/referrals/{referral_id}", headers=self.dana)
        found: dict[str, Any] = answer.json()
        return found

    async def seen_by_officer(self, referral_id: str) -> tuple[str, str]:
        """All of the agency's answer: text and headers."""
        answer = await self.stage.client.get(f"/v1/referrals/{referral_id}", headers=self.officer)
        assert answer.status_code == 200
        return answer.text, str(headers_seen(answer))
