"""What the embedded system seeds: the sample prosecutors' desks are not empty."""

from typing import Any

from tests.integration.local.ports import on_a_port
from tests.integration.prosecution.consents import granted, recontacted
from tests.integration.prosecution.test_holds import referred

from lead.issuer import LocalIssuer
from lead.sample_policies import PROSECUTION
from lead.sample_staff import staff_member
from lead.seed import seed_partners, seed_policies, seed_statutes


async def test_leo_sees_the_story_s_hold_and_charge_as_his_office_s(
    open_stage: Any, issuer: LocalIssuer, headers: Any
) -> None:
    """Seeded once: a diverted arrest and a filed charge are kcpao's, and leo answers for them."""
    async with (
        open_stage("prosecution-hook") as stage,
        on_a_port(stage.app, "prosecution-hook") as url,
    ):
        await stage.rows("DELETE FROM partner")
        for _ in range(2):
            await seed_policies(url, issuer)
            await seed_partners(url, issuer)
            await seed_statutes(url, issuer)
        await stage.deliver_and_handle(granted(stage), referred(stage), recontacted(stage))
        leo = headers("liaison-prosecutor", sub="leo")
        [hold] = (await stage.client.get("/v1/holds", headers=leo)).json()["items"]
        assert (hold["office"], hold["policy_version"]) == ("kcpao", 1)
        [item] = (await stage.client.get("/v1/coordination", headers=leo)).json()["items"]
        assert (item["office"], item["owner"]) == ("kcpao", "leo")
        approved = await stage.rows("SELECT org, decided_by FROM partner ORDER BY 1")
        assert approved == [
            {"org": "first-da", "decided_by": "yara"}, {"org": "kcpao", "decided_by": "petra"}
        ]  # fmt: skip
        imported = await stage.rows("SELECT state, version FROM statute_import ORDER BY 1")
        assert imported == [{"state": "NM", "version": 1}, {"state": "WA", "version": 1}]


def test_every_sample_office_has_a_liaison_at_its_site() -> None:
    """A policy that names nobody of the sample staff leaves items without an owner."""
    for site, policy in PROSECUTION.items():
        person = staff_member(policy["liaisons"][policy["diversion_office"]])
        assert person is not None
        assert (person.site, person.roles) == (site, ("liaison-prosecutor",))
