"""The participant's rights: who was told what, who looked, and to be forgotten."""
