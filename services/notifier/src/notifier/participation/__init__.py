"""What becomes of alerts when a participant leaves, was somebody else, or is erased."""
