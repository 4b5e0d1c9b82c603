"""The participant's own goals, in agreed versions."""
