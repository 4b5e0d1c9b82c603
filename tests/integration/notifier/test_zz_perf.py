import time, cProfile, pstats, asyncio, os
from tests.integration.notifier.town import Town, KING
from shared.events import CaseManagerAssigned
from shared.ids import new_participant_key
from shared.events.wire import encode
from aiokafka import AIOKafkaProducer

async def test_perf(town: Town) -> None:
    N=600
    keys=[new_participant_key() for _ in range(N)]
    st=town.stage
    async with AIOKafkaProducer(bootstrap_servers=st.runtime.settings.kafka_bootstrap_servers, acks="all") as p:
        async def send(ev):
            m=encode(ev, st.ring)
            await p.send(m.topic, m.payload, key=m.key.encode(), headers=[(n,v.encode()) for n,v in m.headers.items()])
        for k in keys:
            await send(CaseManagerAssigned(site=KING, subject=k, occurred_at=town.now, case_manager="alice", assigned_from=town.now))
        await p.flush()
        async def count(q):
            return (await st.rows(q))[0]["n"]
        while await count("select count(*) n from assignment")<N: await asyncio.sleep(.2)
        evs=[]
        for k in keys:
            town.participant=k; evs.append(town.contact())
        pr=cProfile.Profile() if os.environ.get("PROF") else None
        c0,t0=time.process_time(),time.monotonic()
        if pr: pr.enable()
        for e in evs: await send(e)
        await p.flush()
    while await count("select count(*) n from delivery where state='sent'")<N: await asyncio.sleep(.2)
    if pr: pr.disable()
    print("delivered", time.monotonic()-t0, time.process_time()-c0, len(town.mail.mails), town.mail.connections)
    if pr:
        s=pstats.Stats(pr); s.sort_stats("cumtime").print_stats(70); s.sort_stats("tottime").print_stats(30)
