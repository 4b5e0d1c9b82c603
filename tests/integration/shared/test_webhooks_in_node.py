"""What we sign, verified by the official Standard Webhooks library in JavaScript."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.npm import installed

from shared.webhooks import Outgoing, new_secret, signed_headers

TOOL = Path(__file__).parent / "standardwebhooks"
NEW, OLD = new_secret(), new_secret()
BODY = json.dumps({"type": "coordination-requested", "data": {"subject": "p_é"}})
Message = tuple[str, dict[str, str], str]


@pytest.fixture(scope="module")
def library(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    unproved = "Our webhooks were not verified in Node"
    return installed(TOOL, pytestconfig, tmp_path_factory.mktemp("npm"), unproved)


def verdicts(library: Path, *messages: Message) -> list[dict[str, Any]]:
    """What the library says of each."""
    done = subprocess.run(
        ["node", "verify.cjs"], cwd=library, input=json.dumps(messages), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def signed(at: datetime | None = None, *secrets: str) -> dict[str, str]:
    message = Outgoing("msg_1", "https://partner.example/", BODY, secrets or (NEW, OLD))
    return signed_headers(message, at or datetime.now(UTC))


def test_either_secret_of_a_rotation_verifies(library: Path) -> None:
    """A receiver changes to the new one whenever it suits, and reads what was sent."""
    sent = signed()
    found = verdicts(library, (NEW, sent, BODY), (OLD, sent, BODY))
    assert found == [{"data": json.loads(BODY)}] * 2


def test_what_was_changed_is_old_or_is_another_s_is_refused(library: Path) -> None:
    """Body, id, time, secret and signature: each of them changed, alone; and one much too late."""
    sent, now = signed(), datetime.now(UTC)
    changes = (
        (NEW, sent, BODY.replace("requested", "withdrawn")),
        (NEW, sent | {"webhook-id": "msg_2"}, BODY),
        (NEW, sent | {"webhook-timestamp": str(int(now.timestamp()) - 60)}, BODY),
        (NEW, sent | {"webhook-signature": signed(now, new_secret())["webhook-signature"]}, BODY),
        (new_secret(), sent, BODY),
        (NEW, signed(now - timedelta(minutes=6)), BODY),
    )
    found = verdicts(library, *changes)
    assert found == [{"refused": "WebhookVerificationError"}] * len(changes)
