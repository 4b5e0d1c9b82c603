"""`python -m bench [ingest] [relay] [consumer] [latency]`: all of them without a name."""

import signal
import sys
import tempfile
from pathlib import Path

import uvloop

from bench import consumer, ingest, latency, relay
from bench.report import Result, print_table
from bench.rig import machine, new_rig

MEASUREMENTS = {"ingest": ingest, "relay": relay, "consumer": consumer, "latency": latency}


def main() -> None:
    """Start the rig once, measure, print one table."""
    # Asked to stop, end the servers that were started too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as home, new_rig(Path(home)) as rig:
        for name in wanted:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            results += uvloop.run(MEASUREMENTS[name].measure(rig))
    print(machine())
    print_table(results)


if __name__ == "__main__":
    main()
