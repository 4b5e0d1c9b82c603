"""What other services say about a participant: holds of charges, and what was disclosed."""
