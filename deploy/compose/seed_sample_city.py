"""The one-shot job `sample-city`: staff on duty, offices approved, policies, statutes. SAMPLES.

`python seed_sample_city.py SIGN_INS`: posts to the services themselves, signed in as sample people,
before the gateway opens. What a site has stays. Nor does it keep the gateway shut where it cannot
sign in: other people than the sample's have their own city.
"""

import asyncio
import sys
from pathlib import Path

from lead.errors import Failure
from lead.seed import seed_city
from lead.sign_ins import SignIns

NOTIFIER, PROSECUTION = "http://notifier:8000", "http://prosecution-hook:8000"
SIGN_IN = "http://keycloak:8080"


def main(sign_ins: Path) -> None:
    issuer = SignIns(SIGN_IN, sign_ins)
    try:
        asyncio.run(seed_city(issuer, notifier=NOTIFIER, prosecution=PROSECUTION))
        said = "The sample city has its staff, policies, partners and statutes."
    except Failure as failure:
        said = f"The sample city was NOT filled: {failure}"
    sys.stderr.write(f"{said}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
