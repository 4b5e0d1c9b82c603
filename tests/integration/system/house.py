"""The whole house: four services on one broker with a mail server, and people who work in it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.notifier.mail_server import MailServer

from lead import reports
from lead.people import MadeUpPerson
from shared.testing import Stage, eventually

KING = "king-county"
Headers = Callable[..., dict[str, str]]
Body = dict[str, Any]

PARTICIPANT = MadeUpPerson(
    "Ithamarwyn", "Ithamarwin", "Quorvanikoff", date(1961, 4, 19), "ZKQ7731942W"
)
STRANGER = MadeUpPerson(
    "Tamsinelle", "Tamsinella", "Hexworthynes", date(1972, 11, 23), "ZKQ5520817V"
)


class House:
    """`answers` are all that was answered, `key` the participant's once they were referred."""

    def __init__(self, stages: dict[str, Stage], mail: MailServer, headers: Headers) -> None:
        self.stages, self.mail, self.headers = stages, mail, headers
        self.answers: list[httpx.Response] = []
        self.key = ""
        self._spans = {name: InMemorySpanExporter() for name in stages}
        for name, stage in stages.items():
            providers = stage.runtime.telemetry
            providers.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans[name]))

    @property
    def officer(self) -> dict[str, str]:
        return self.headers("agency-reporter", sub="spd", agency="WASPD0000", sources=["rms-spd"])

    @property
    def jail(self) -> dict[str, str]:
        return self.headers(
            "agency-reporter", sub="jail", agency="WA0170000", sources=["jms-county-a"]
        )

    @property
    def prosecutor(self) -> dict[str, str]:
        return self.headers(
            "prosecutor-system", sub="kcpao", agency="kcpao", sources=["pcms-kcpao"]
        )

    @property
    def alice(self) -> dict[str, str]:
        return self.headers("case-manager", sub="alice")

    @property
    def carla(self) -> dict[str, str]:
        return self.headers("supervisor", sub="carla")

    def spans(self, service: str) -> list[ReadableSpan]:
        """What one service would have exported so far, in the order of ending."""
        return list(self._spans[service].get_finished_spans())

    async def send(
        self, service: str, method: str, path: str, who: dict[str, str], **content: Any
    ) -> httpx.Response:
        """The answer, whatever it is."""
        client = self.stages[service].client
        extra = content.pop("headers", {})
        answer = await client.request(method, path, headers={**who, **extra}, **content)
        self.answers.append(answer)
        return answer

    async def post(self, service: str, path: str, who: dict[str, str], body: Body) -> Body:
        answer = await self.send(service, "POST", path, who, json=body)
        assert answer.status_code < 300, answer.text
        found: Body = answer.json()
        return found

    async def get(self, service: str, path: str, who: dict[str, str]) -> Body:
        answer = await self.send(service, "GET", path, who)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    async def hire(self) -> None:
        """Alice, and Carla above her."""
        for sub, more in (("alice", {"supervisor": "carla"}), ("carla", {})):
            body = {"site": KING, "name": sub.title(), "email": f"{sub}@staff.example", **more}
            answer = await self.send("notifier", "PUT", f"/v1/staff/{sub}", self.carla, json=body)
            assert answer.status_code == 200, answer.text

    async def refer(self, body: Body) -> None:
        """The officer's referral, until casework has the file."""
        answer = await self.post("referral", "/v1/referrals", self.officer, body)
        desk = self.headers("referral-desk", sub="dana")
        self.key = (await self.get("referral", f"/v1/referrals/{answer['id']}", desk))[
            "participant_key"
        ]

        async def opened() -> bool:
            path = f"/v1/participants/{self.key}"
            return (await self.stages["casework"].client.get(path, headers=self.alice)).is_success

        await eventually(opened)

    async def enroll(self, plan: Body, consent: Body) -> None:
        """Alice is assigned; intake, release and plan; the notifier knows of the assignment."""
        file, at = f"/v1/participants/{self.key}", now()
        assignment = {"case_manager": "alice", "supervisor": "carla"}
        await self.post("casework", f"{file}/assignments", self.carla, assignment)
        intake = {"completed_at": at.isoformat(), "domains": ["housing"]}
        await self.post("casework", f"{file}/intake", self.alice, intake)
        await self.post("casework", f"{file}/consents", self.alice, consent)
        await self.post("casework", f"{file}/plans", self.alice, plan)

        async def heard() -> bool:
            query = "SELECT 1 FROM assignment WHERE participant = $1"
            return bool(await self.stages["notifier"].rows(query, self.key))

        await eventually(heard)

    async def settle_in(self) -> None:
        """A participant with a case manager, as in the documented story."""
        await self.hire()
        await self.refer(reports.referral(KING, PARTICIPANT, now()))
        await self.enroll(reports.plan(now()), reports.consent(now()))

    async def report(self, service: str, path: str, who: dict[str, str], body: Body) -> str:
        """The receipt of an accepted report."""
        return str((await self.post(service, path, who, body))["receipt"])

    async def alerted(self, receipt: str) -> Body:
        """Wait for the alert about a report, until casework knows of it too; in detail."""
        query = "SELECT alert_id FROM alert_entry WHERE receipt = $1"

        async def find() -> list[Body]:
            return await self.stages["notifier"].rows(query, receipt)

        [row] = await eventually(find)
        await self.outcome(receipt, "matched_alerted")
        return await self.get("notifier", f"/v1/alerts/{row['alert_id']}", self.alice)

    async def outcome(self, receipt: str, expected: str) -> None:
        """Wait until casework says that this became of a report."""
        query = "SELECT 1 FROM contact WHERE receipt = $1 AND outcome = $2"

        async def so() -> bool:
            return bool(await self.stages["casework"].rows(query, receipt, expected))

        await eventually(so)

    async def at_rest(self) -> None:
        """Wait until nothing is under way any more: outboxes and mails."""

        async def quiet() -> bool:
            waiting = [await s.rows("SELECT 1 FROM outbox_pending") for s in self.stages.values()]
            mails = await self.stages["notifier"].rows(
                "SELECT 1 FROM delivery WHERE state = 'queued'"
            )
            return not any(waiting) and not mails

        await eventually(quiet)


def now() -> datetime:
    return datetime.now(UTC)
