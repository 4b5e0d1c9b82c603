"""POST /v1/contacts against a bare FastAPI + asyncpg endpoint that inserts one row."""

from statistics import median
from uuid import uuid4

from bench.load import Target, closed_loop
from bench.payloads import SOURCE, booking
from bench.report import Result
from bench.rig import Rig

ROUNDS = 5
REQUESTS = {1: 600, 16: 3_000, 64: 4_000}


async def measure(rig: Rig) -> list[Result]:
    """Ratios by concurrency, the two in turn, A B A B; the relay publishes to Kafka meanwhile."""
    ours = rig.start_service("referral")
    bare = {"DATABASE_URL": rig.database("floor")}
    floor = rig.start("floor", "bench.floor:create_app", "/docs", bare)
    token = rig.token("agency-reporter", sources=[SOURCE], agency="WA0170000")
    targets = {
        "ours": Target(ours.port, "/v1/contacts", token),
        "floor": Target(floor.port, "/v1/contacts"),
    }
    for target in targets.values():
        await closed_loop(target, _bodies(2_000), 16)
    results = []
    for connections, count in REQUESTS.items():
        rates: dict[str, list[float]] = {"ours": [], "floor": []}
        for _ in range(ROUNDS):
            for name, target in targets.items():
                rates[name].append(await closed_loop(target, _bodies(count), connections))
        ratio = median(a / b for a, b in zip(rates["ours"], rates["floor"], strict=True))
        results.append(
            Result(
                f"ingest, {connections} clients / bare FastAPI + asyncpg",
                f"{ratio:.2f}x",
                f"{median(rates['ours']):,.0f}/s against {median(rates['floor']):,.0f}/s",
                ">= 1.0x",
            )
        )
    rig.stop_all()
    return results


def _bodies(count: int) -> list[bytes]:
    run = uuid4().hex[:8]
    return [booking(f"BK-{run}-{number}", number) for number in range(count)]
