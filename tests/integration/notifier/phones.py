"""An SMS provider and the phones behind it, which do what a story says."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from tests.integration.receiver import Receiver, answer

SMS_TOKEN = "sms-token"
TAKEN = answer(201, {"sid": "SM1", "status": "queued"})


@dataclass(frozen=True)
class Text:
    """One SMS as the provider took it."""

    to: str
    body: str
    callback: str


class Phones(Receiver):
    """`owners`: whose number it is. An answer of its own can be set, as for any receiver."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = TAKEN
        self.owners: dict[str, tuple[str, str]] = {}

    def reset(self) -> None:
        self.answer, self.hangs = TAKEN, False

    @property
    def texts(self) -> list[Text]:
        forms = [parse_qs(body) for _, body in self.requests]
        return [Text(f["To"][0], f["Body"][0], f["StatusCallback"][0]) for f in forms]

    def number_of(self, site: str, who: str) -> str:
        """Somebody's number, given to them when it is first asked for."""
        for number, owner in self.owners.items():
            if owner == (site, who):
                return number
        number = f"+1206{len(self.owners) + 5_550_000:07}"
        self.owners[number] = (site, who)
        return number
