"""The ledger: a participant's cases, each folded from what was reported about it."""
