"""The liaison prosecutor's desk: items by urgency, the ledger, the answer, the decision."""
