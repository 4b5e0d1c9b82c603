"""Words that stand nowhere else, planted where a person is described; and a nose for them."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition
from tests.integration.conftest import PACKAGES, PARTITIONS
from tests.integration.system.house import House

from shared.events import TOPICS, dead_letter_topic
from shared.testing import Stage

# What the program writes about somebody: its own people read it, justice partners never.
CARE = (
    "Plumvixen",  # an e-mail address, in a goal
    "Gloamwick",  # a step of a plan
    "Sallowmere",  # another goal
    "Thistlewane",  # the note of an encounter
    "Brindlewisp",  # the note of an acknowledgement
)
# Of a person: in the clear only in front of those who work with them. Parts that survive another
# spelling.
PERSONAL = (
    "Ithamarw",  # given names
    "Quorvanik",  # surnames
    "Wrenmarch",  # an alias
    "1961-04-19",  # the date of birth
    "KQ7731942",  # the local number
    "2065557391",  # a telephone number
    "Quillfeather",  # an address
    "Marlowquist",  # the evidence of a signature
    "Tamsinell",  # a stranger's given name
    "Hexworthyn",  # a stranger's surname
    "1972-11-23",
    "KQ5520817",
    "Vesperlynne",  # who a broken event is about
    "Obadiahquill",  # in fields that are refused
    "Zephyranthe",  # as a member's name
    "Grimbledown",  # in what a database refuses
    "Ninebarrow",  # a place, in an answer to a prosecutor
    *CARE,
)
# Public record: may travel to the case manager, but nothing that others read may say it.
FACTS = ("Quarrystone", "Larkmere", "Fennimoor")

# Where a person may stand in the clear at rest: casework's file and the evidence of a signature.
FILES = {("casework", "person"), ("casework", "person_key"), ("casework", "signed_consent")}


def sniffed(text: str, canaries: Iterable[str] = PERSONAL) -> list[str]:
    """The canaries in a text: as they are, in any case, or only encoded."""
    lower = text.lower()
    return [c for c in canaries if c.lower() in lower or any(form in text for form in _coded(c))]


def _coded(canary: str) -> set[str]:
    """In hexadecimal, and in base64 wherever in a longer text it starts."""
    forms = {canary.encode().hex()}
    for shift in range(3):
        padded = b"\0" * shift + canary.encode()
        for encode in (b64encode, urlsafe_b64encode):
            text = encode(padded).decode()
            forms.add(text[-(-shift * 8 // 6) : len(padded) * 8 // 6])
    return forms


def readable(values: Iterable[Any]) -> str:
    return " ".join(
        v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values
    )


async def all_records(bootstrap: str) -> list["ConsumerRecord[bytes, bytes]"]:
    """Everything on every topic, the dead letters' too."""
    names = (*TOPICS, *(dead_letter_topic(name) for name in PACKAGES))
    partitions = [TopicPartition(name, number) for name in names for number in range(PARTITIONS)]
    found: list[ConsumerRecord[bytes, bytes]] = []
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=5) as kafka:
        kafka.assign(partitions)
        await kafka.seek_to_beginning()
        ends = await kafka.end_offsets(partitions)
        while any([await kafka.position(p) < ends[p] for p in partitions]):
            for records in (await kafka.getmany(timeout_ms=50)).values():
                found.extend(records)
    return found


async def all_rows(stage: Stage) -> dict[str, str]:
    """Every table of a service as text."""
    names = await stage.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {}
    for name in (row["tablename"] for row in names):
        rows = await stage.rows(f'SELECT * FROM "{name}"')  # noqa: S608 - its own name
        tables[name] = "\n".join(readable(row.values()) for row in rows)
    return tables


def said(answers: Iterable[httpx.Response]) -> str:
    return "\n".join(f"{answer.headers} {answer.text}" for answer in answers)


async def told(house: House) -> dict[str, str]:
    """What everybody may read who runs the house or is written to: place -> text."""
    records = await all_records(house.stages["referral"].runtime.settings.kafka_bootstrap_servers)
    mails = house.mail.mails
    places = {
        "mails": readable(part for m in mails for part in (m.raw, m.subject, m.text, m.to)),
        "errors": said(a for a in house.answers if a.status_code >= 400),
        "keys and headers": readable(
            part for r in records for part in (r.key, *(v for pair in r.headers for v in pair))
        ),
    }
    for name, stage in house.stages.items():
        places[f"spans of {name}"] = "\n".join(s.to_json() for s in house.spans(name))
        places[f"metrics of {name}"] = (await stage.client.get("/metrics")).text
    return places


async def kept(house: House) -> dict[str, str]:
    """What lies on the broker and in the databases, but for the files on people."""
    records = await all_records(house.stages["referral"].runtime.settings.kafka_bootstrap_servers)
    places: dict[str, str] = {}
    for record in records:
        text = f"{readable([record.value])}\n"
        places[record.topic] = places.get(record.topic, "") + text
    for name, stage in house.stages.items():
        for table, text in (await all_rows(stage)).items():
            if (name, table) not in FILES:
                places[f"{name}.{table}"] = text
    return places
