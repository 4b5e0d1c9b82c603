"""The story that the system is for, told through the public REST APIs and checked at every step."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lead import reports
from lead.city import (
    CASE_MANAGERS,
    DESK,
    JAIL,
    OFFICER,
    PROSECUTOR,
    SUPERVISOR,
    Actor,
    City,
    InboxWatch,
    now,
)
from lead.client import Refused
from lead.errors import Failure
from lead.onlooker import Onlooker, looking_on
from lead.people import MadeUpPerson, make_up_person
from lead.sign_ins import Tokens
from lead.timeline import Hop, Timeline
from lead.waiting import eventually

_LINK = re.compile(r"https?://\S+")
_RANDOM = re.compile(r"(?<=/a/)[\w-]+")
# The cause of an alert that asks what a new charge does to the plan.
QUESTION = "coordination"


class StepFailed(Failure):
    """A step of the story did not go as told; the text says which and why."""


class Wrong(Failure):
    """Something happened, but not what should have."""


async def play(
    address: str, issuer: Tokens, *, bootstrap: str | None = None, mailpit: str | None = None
) -> None:
    """Play the story once about a new person, and print it as it goes. Raises StepFailed.

    With the broker's address the timeline also shows when each event left.
    """
    async with City(address, issuer, mailpit=mailpit) as city, looking_on(bootstrap) as onlooker:
        await Story(city, Timeline(), onlooker).play()


class Story:
    """One play, about one person whom nobody else's play is about."""

    def __init__(
        self,
        city: City,
        timeline: Timeline,
        onlooker: Onlooker | None = None,
        person: MadeUpPerson | None = None,
    ) -> None:
        self._city, self._timeline, self._onlooker = city, timeline, onlooker
        self._person = person or make_up_person()
        self._case_manager: Actor = CASE_MANAGERS[0]
        self._key = ""
        self._booking: dict[str, Any] = {}
        self._receipt = ""
        self._mails: list[dict[str, str]] = []
        self._alerts: list[dict[str, Any]] = []

    async def play(self) -> None:
        steps: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("An officer refers a person instead of booking them", self._refer),
            (
                "Casework opens the file, somebody becomes responsible, a plan is agreed",
                self._enroll,
            ),
            ("A jail books the person under another spelling", self._book),
            ("The case manager answers", self._acknowledge),
            ("A prosecutor files a new charge", self._charge),
            ("The same booking twice more, and a stranger's", self._repeat),
        )
        began = now()
        for number, (headline, step) in enumerate(steps, start=1):
            self._timeline.step(number, headline)
            try:
                await step()
            except Failure as failure:
                raise StepFailed(f"Step {number} ({headline}) failed: {failure}") from failure
        seconds = (now() - began).total_seconds()
        self._timeline.end(f"Every step went as told, in {seconds:.1f} s.")

    async def _refer(self) -> None:
        began = now()
        body = reports.referral(self._city.site, self._person, began)
        answer = await self._city.post(OFFICER, "/referral/v1/referrals", body)
        accepted = now()
        _check(answer["state"] == "received", "the referral is not received")
        path = f"/referral/v1/referrals/{answer['id']}"
        seen = await self._city.get(OFFICER, path)
        _check("participant_key" not in seen, "the agency sees more than the state")
        self._key = (await self._city.get(DESK, path))["participant_key"]
        self._referral = path
        await self._show_chain(began, accepted, self._key, ())
        self._timeline.note("the agency sees the referral's state and nothing else")

    async def _enroll(self) -> None:
        await eventually("the person's file", lambda: self._city.find(SUPERVISOR, self._file()))
        self._timeline.note("participant-referred opened a file")
        await self._assign()
        who, at = self._case_manager, now()
        intake = {"completed_at": at.isoformat(), "domains": ["housing", "substance_use"]}
        await self._city.post(who, self._file("/intake"), intake)
        await self._city.post(who, self._file("/consents"), reports.consent(at))
        await self._city.post(who, self._file("/plans"), reports.plan(at))
        file = await self._city.get(who, self._file())
        _check(file["state"] == "active" and file["enrolled_at"], "the person is not enrolled")
        self._timeline.note("intake completed, release signed, plan agreed: participant-enrolled")
        await eventually("the enrollment in referral", self._referral_enrolled)
        self._timeline.note("referral heard of it")

    async def _referral_enrolled(self) -> bool:
        return bool((await self._city.get(DESK, self._referral))["state"] == "enrolled")

    async def _assign(self) -> None:
        """The first with room; when the city is full, the supervisor takes it on herself."""
        override = {"override": {"reason": "Everybody is full; agreed in the work group."}}
        for index, extra in ((0, {}), (1, {}), (0, override)):
            self._case_manager, backup = CASE_MANAGERS[index], CASE_MANAGERS[1 - index]
            body = {"case_manager": self._case_manager.sub, "backup": backup.sub, **extra}
            try:
                answer = await self._city.post(SUPERVISOR, self._file("/assignments"), body)
            except Refused as refused:
                if refused.status != 409 or extra:
                    raise
                self._timeline.note(f"{self._case_manager.sub}'s caseload is full")
            else:
                self._timeline.note(f"{answer['case_manager']} is assigned ({answer['caseload']})")
                return

    async def _book(self) -> None:
        self._booking = reports.booking(self._city.site, self._person.as_jail_says, now())
        self._receipt = await self._report(JAIL, "/referral/v1/contacts", self._booking)

    async def _acknowledge(self) -> None:
        alert, mail = self._alerts[0], self._mails[0]
        page, answer_page = (urlsplit(link).path for link in _LINK.findall(mail["text"]))
        _check(page == self._link(alert), "the mail's link does not lead to the alert")
        shown = await self._city.page(answer_page)
        _check(f"Item {alert['number']}" in shown, "the mail's other link does not lead to it")
        _check("I have this" in shown, "the mail's other link does not let anybody answer")
        path = f"/notifier/v1/alerts/{alert['id']}/acknowledgement"
        for _ in range(2):
            answer = await self._city.post(self._case_manager, path, {"action": "going_to_jail"})
            _check(answer["state"] == "acknowledged", "the alert is not acknowledged")
            _check(answer["answered_by"] == self._case_manager.sub, "somebody else answered")
        self._timeline.note(f"{self._case_manager.sub} has it: going to jail")

    async def _charge(self) -> None:
        body = reports.charge(self._city.site, self._person.as_prosecutor_says, now())
        await self._report(PROSECUTOR, "/prosecution/v1/charges", body)
        path = f"/notifier/v1/alerts/{self._alerts[1]['id']}"
        thread = (await self._city.get(self._case_manager, path))["entries"]
        _check([e["cause"] for e in thread] == ["booking", "new-charge"], "the thread's order")
        _check(self._mails[0]["received_at"] < self._mails[1]["received_at"], "the mails' order")
        self._timeline.note("in the same thread, after the booking")
        await eventually("the prosecutor's question", self._is_asked)
        self._timeline.note(f"{self._case_manager.sub} is asked what it does to the plan")

    async def _repeat(self) -> None:
        for _ in range(2):
            again = await self._city.post(JAIL, "/referral/v1/contacts", self._booking)
            _check(again["receipt"] == self._receipt, "the same booking got another receipt")
        self._timeline.note("the same booking again gets the same receipt")
        stranger = make_up_person()
        body = reports.booking(self._city.site, stranger.as_jail_says, now())
        receipt = (await self._city.post(JAIL, "/referral/v1/contacts", body))["receipt"]
        outcome = await self._outcome(receipt, "unmatched")
        _check(outcome["purge_due_at"], "the stranger's report has no day on which it is purged")
        purged = datetime.fromisoformat(outcome["purge_due_at"])
        self._timeline.note(f"the stranger matches nobody; purged by {purged:%Y-%m-%d %H:%M} UTC")
        alerts = await self._city.items(SUPERVISOR, "/notifier/v1/alerts")
        _check(not any(_has_report(a, receipt) for a in alerts), "the stranger is alerted on")
        pages = [a for a in self._about_us(alerts) if a["contact"]["cause"] != QUESTION]
        _check(len(pages) == len(self._alerts), "a second page")
        _check(len(await self._our_mails()) == len(self._alerts), "a second mail")
        self._timeline.note("nobody was paged again")

    async def _report(self, who: Actor, path: str, body: dict[str, Any]) -> str:
        """Post a report about our person, and follow it to the case manager. Its receipt."""
        async with self._city.watching_inbox(self._case_manager) as inbox:
            began = now()
            receipt = str((await self._city.post(who, path, body))["receipt"])
            accepted = now()
            alert = await eventually("the alert", lambda: self._find_alert(receipt))
            self._alerts.append(alert)
            mail = await eventually("the mail", self._next_mail)
            self._mails.append(mail)
            shown = await eventually("the live inbox", lambda: _at_once(inbox, alert["id"]))
            await self._outcome(receipt, "matched_alerted")
        handed_over = Hop(datetime.fromisoformat(mail["received_at"]), "mail handed over")
        more = (handed_over, Hop(shown, "on the open inbox page"))
        await self._show_chain(began, accepted, receipt, more)
        self._check_thin(mail)
        return receipt

    async def _find_alert(self, receipt: str) -> dict[str, Any] | None:
        found = await self._city.items(self._case_manager, "/notifier/v1/alerts")
        return next((a for a in self._about_us(found) if _has_report(a, receipt)), None)

    async def _is_asked(self) -> bool:
        found = await self._city.items(self._case_manager, "/notifier/v1/alerts")
        return any(a["contact"]["cause"] == QUESTION for a in self._about_us(found))

    def _about_us(self, alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [alert for alert in alerts if alert["participant"] == self._key]

    async def _next_mail(self) -> dict[str, str] | None:
        mails = await self._our_mails()
        return mails[len(self._mails)] if len(mails) > len(self._mails) else None

    async def _our_mails(self) -> list[dict[str, str]]:
        links = [self._link(alert) for alert in self._alerts]
        mails = await self._city.mails()
        return [mail for mail in mails if any(link in mail["text"] for link in links)]

    def _check_thin(self, mail: dict[str, str]) -> None:
        """No name, charge, facility or program word in a mail (R-24); details after signing in."""
        _check(mail["to"].startswith(f"{self._case_manager.sub}@"), "the mail went to another")
        # The random characters of its links may well hold two letters of somebody's name.
        text = _RANDOM.sub("", f"{mail['subject']} {mail['text']}").casefold()
        person = self._person
        told = {person.given, person.short, person.surname, reports.FACILITY, reports.STOLEN}
        told |= {person.as_jail_says["surname"], "diversion", "booking", "jail"}
        _check(not any(word.casefold() in text for word in told), "the mail says too much")
        _check(not re.search(r"\blead\b", text), "the mail names the program")
        self._timeline.note("the mail has a link, and no name, charge, place or program word")

    def _link(self, alert: dict[str, Any]) -> str:
        """Its path: the address that people use may have another name than ours for it."""
        return f"/notifier/alerts/{alert['id']}"

    async def _outcome(self, receipt: str, expected: str) -> dict[str, Any]:
        async def find() -> dict[str, Any] | None:
            found = await self._city.items(SUPERVISOR, "/casework/v1/contacts/outcomes")
            ended = (item for item in found if item["outcome"] == expected)
            return next((item for item in ended if item["receipt"] == receipt), None)

        return await eventually(f"the outcome {expected}", find)

    async def _show_chain(
        self, began: datetime, accepted: datetime, subject: str, more: tuple[Hop, ...]
    ) -> None:
        events = self._onlooker.chain_of(subject) if self._onlooker else []
        hops = [Hop(event.left_at, f"{event.name} left") for event in events]
        self._timeline.hops(began, [Hop(accepted, "accepted"), *hops, *more])

    def _file(self, part: str = "") -> str:
        return f"/casework/v1/participants/{self._key}{part}"


def _check(true: object, otherwise: str) -> None:
    if not true:
        raise Wrong(otherwise)


def _has_report(alert: dict[str, Any], receipt: str) -> bool:
    """An alert is called by its most urgent report; what came in last is beside it."""
    shown = (alert["contact"], alert["newest"])
    return any(report["receipt"] == receipt for report in shown if report)


async def _at_once(inbox: InboxWatch, alert: str) -> datetime | None:
    return inbox.first_change(alert)
