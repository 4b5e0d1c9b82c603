"""The API reference page stands without any other host."""

import re

from tests.integration.conftest import OpenStage


async def test_the_reference_page_loads_nothing_from_another_host(open_stage: OpenStage) -> None:
    """Every script, style and picture of `/docs` is served by the service itself."""
    async with open_stage("referral") as stage:
        page = await stage.client.get("/docs")
        addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
        assert len(addresses) >= 3
        for address in addresses:
            assert address.startswith("/docs-assets/")
            assert (await stage.client.get(address)).status_code == 200
