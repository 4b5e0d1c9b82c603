"""`lead contacts`: what became of every report, for program staff."""

from collections import Counter
from typing import Any

import typer

from lead.options import AsJson, TokenFile, Url, connect, print_json, print_table

contacts = typer.Typer(no_args_is_help=True, help="Reported contacts and what became of them.")


@contacts.command("outcomes")
def list_outcomes(
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List how every report ended: refused, matched, to be reviewed, or unmatched and purged.

    For program staff (program-manager, supervisor, privacy-officer, ops); an agency's token is
    refused. Without --json it counts them.
    """
    with connect(url, token_file, "program-manager") as api:
        found = [
            *({"reasons": [], **item} for item in api.pages("/casework/v1/contacts/outcomes")),
            *api.pages("/referral/v1/contacts/refusals"),
        ]
    if as_json:
        print_json({"items": found, "next": None})
        return
    counted = Counter((item["source_system"], item["outcome"], _reasons(item)) for item in found)
    rows = [(*what, count) for what, count in sorted(counted.items())]
    print_table(("source system", "outcome", "reasons", "reports"), rows)


def _reasons(item: dict[str, Any]) -> str:
    return ", ".join(sorted(map(str, item.get("reasons") or ())))
