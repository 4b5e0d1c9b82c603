"""One's own rules over HTTP: "SMS at once, the next person after 10 minutes"."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from notifier.contacts import handlers, repository
from notifier.contacts.api import Body, Member, Site
from notifier.contacts.commands import PutMyRules, Wish
from notifier.contacts.domain import ContactRule
from notifier.policy import AlertClass
from shared.idempotency import IdempotentRoute, Tx
from shared.paging import Page

router = APIRouter(tags=["contact methods"], route_class=IdempotentRoute)

LATEST_MINUTES = 60


class WayBody(Body):
    """A method, and how many minutes after being asked it is used."""

    method: UUID
    after_minutes: Annotated[int, Field(ge=0, le=LATEST_MINUTES)] = 0


class RuleBody(Body):
    """For one class of alert. The first way is at once; the site's clock still holds."""

    alert_class: AlertClass
    ways: Annotated[list[WayBody], Field(min_length=1, max_length=8)]
    next_person_after: Annotated[int, Field(ge=1, le=24 * 60)] | None = None

    @model_validator(mode="after")
    def _one_at_once(self) -> "RuleBody":
        if len({way.method for way in self.ways}) < len(self.ways):
            raise PydanticCustomError("not_possible", "A method can be used once only.")
        if all(way.after_minutes for way in self.ways):
            raise PydanticCustomError("not_possible", "One way must be at once: after_minutes 0.")
        return self


class RulesBody(Body):
    """All of one's rules at a site; a class that is not named is handled as for everybody."""

    site: Site
    rules: Annotated[list[RuleBody], Field(max_length=len(AlertClass))]

    @model_validator(mode="after")
    def _one_for_each_class(self) -> "RulesBody":
        if len({rule.alert_class for rule in self.rules}) < len(self.rules):
            raise PydanticCustomError("not_possible", "One rule for each class.")
        return self


class RuleView(BaseModel):
    """A rule as it is kept."""

    site: str
    alert_class: AlertClass
    ways: list[WayBody]
    next_person_after: int | None


@router.get("/v1/me/rules")
async def list_my_rules(caller: Member, tx: Tx) -> Page[RuleView]:
    found = await repository.list_rules(tx, caller.sites, caller.sub)
    return Page(items=[_view(rule) for rule in found])


@router.put("/v1/me/rules")
async def put_my_rules(body: RulesBody, caller: Member, tx: Tx) -> Page[RuleView]:
    """Replace them all. They can make the next person be asked sooner, never later."""
    caller.at_site(body.site)
    wishes = tuple(
        Wish(
            rule.alert_class,
            tuple((way.method, way.after_minutes) for way in rule.ways),
            rule.next_person_after,
        )
        for rule in body.rules
    )
    rules = await handlers.put_my_rules(PutMyRules(caller, body.site, wishes), tx)
    return Page(items=[_view(rule) for rule in rules])


def _view(rule: ContactRule) -> RuleView:
    ways = [WayBody(method=UUID(key), after_minutes=after) for key, after in rule.ways.items()]
    return RuleView(
        site=rule.site,
        alert_class=rule.alert_class,
        ways=sorted(ways, key=lambda way: way.after_minutes),
        next_person_after=rule.next_person_after,
    )
