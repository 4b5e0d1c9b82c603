"""Metrics are not readable from outside: a count that rises after a report reveals enrollment."""

import pytest
from tests.integration.conftest import OpenStage

# What HAProxy, nginx, Envoy, a CDN and a plain proxy add to a request.
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
async def test_a_proxied_request_gets_no_metrics(open_stage: OpenStage, service: str) -> None:
    """Whatever the spelling of the path; a scraper that reaches the process directly gets them."""
    async with open_stage(service) as stage:
        scraped = await stage.client.get("/metrics")
        assert scraped.status_code == 200
        assert "lead_" in scraped.text
        for headers in BY_A_PROXY:
            for path in SPELLINGS:
                answer = await stage.client.get(path, headers=headers)
                assert answer.status_code != 200, (path, headers)
                assert "lead_" not in answer.text
