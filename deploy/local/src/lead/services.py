"""The four services as the embedded default runs them: package, prefix, and the keys each holds."""

from dataclasses import dataclass

IDENTITY, CARE = "identity", "care"


@dataclass(frozen=True)
class Part:
    """One service: `prefix` is its place behind the one address, `classes` the keys it may hold."""

    name: str
    package: str
    prefix: str
    classes: tuple[str, ...]

    @property
    def database(self) -> str:
        return self.package


# prosecution-hook holds no care key: the firewall stands even against a bug in its code.
PARTS = (
    Part("referral", "referral", "/referral", (IDENTITY, CARE)),
    Part("casework", "casework", "/casework", (IDENTITY, CARE)),
    Part("prosecution-hook", "prosecution_hook", "/prosecution", (IDENTITY,)),
    Part("notifier", "notifier", "/notifier", (IDENTITY, CARE)),
)
PREFIXES = {part.name: part.prefix for part in PARTS}
