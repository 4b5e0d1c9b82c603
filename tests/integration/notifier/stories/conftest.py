"""One notifier per module of stories; every story has a site of its own in it."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.integration.conftest import clone_database, new_broker, running
from tests.integration.notifier.mail_server import MailServer
from tests.integration.notifier.phones import SMS_TOKEN, Phones
from tests.integration.notifier.stories.house import House
from tests.integration.notifier.stories.story import Story

from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    postgres: PostgresServer,
    templates: dict[str, str],
    issuer: LocalIssuer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """The running service with a mail server; starting it costs more than twenty stories."""
    folder, mail = tmp_path_factory.mktemp("stories"), MailServer()
    (folder / "jwks.json").write_text(json.dumps(issuer.jwks()))
    await mail.start()
    database = await clone_database(postgres, templates, "notifier")
    phones = Phones()
    settings = {"smtp_host": "127.0.0.1", "smtp_port": mail.port}
    sms = {"sms_account": "AC1", "sms_token": SMS_TOKEN, "sms_from": "+12065550000"}
    with new_broker() as broker:
        async with phones.serving():
            settings |= sms | {"sms_url": phones.base}
            async with running("notifier", database, broker, folder, **settings) as stage:
                yield House(stage, mail, phones, issuer)
    await mail.close()


@pytest_asyncio.fixture(loop_scope="module")
async def story(house: House) -> AsyncIterator[Story]:
    """A Tuesday morning: alice is the case manager, ben her backup, carla supervises.

    When the story is over, every message must have been told of and every alert must add up.
    """
    await house.begin()
    opened = Story(house)
    await opened.open()
    yield opened
    await opened.ends_well()
    await house.clear(opened.site)
