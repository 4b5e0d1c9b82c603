"""Metrics count events: who could read them from outside could ask who is enrolled."""

import pytest
from tests.integration.conftest import OpenStage

# As HAProxy, nginx, Envoy, a CDN and a plain proxy say on whose behalf they ask.
BY_A_PROXY = (
    {"X-Forwarded-For": "203.0.113.9"},
    {"x-forwarded-host": "lead.example.org"},
    {"X-Real-IP": "203.0.113.9"},
    {"Forwarded": "for=203.0.113.9;proto=https"},
    {"Via": "1.1 gateway"},
    {"X-Forwarded-For": ""},
)
SPELLINGS = ("/metrics", "/%6detrics", "/metric%73", "/metrics/")


@pytest.mark.parametrize("service", ["referral", "casework", "prosecution-hook", "notifier"])
async def test_no_proxy_is_given_the_metrics(open_stage: OpenStage, service: str) -> None:
    """In no spelling of the path; a scraper, which asks the process itself, gets them."""
    async with open_stage(service) as stage:
        scraped = await stage.client.get("/metrics")
        assert scraped.status_code == 200
        assert "lead_" in scraped.text
        for headers in BY_A_PROXY:
            for path in SPELLINGS:
                answer = await stage.client.get(path, headers=headers)
                assert answer.status_code != 200, (path, headers)
                assert "lead_" not in answer.text
