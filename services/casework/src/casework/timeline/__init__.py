"""Everything that happened around one participant, in one order."""
