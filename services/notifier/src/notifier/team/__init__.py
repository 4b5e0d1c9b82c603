"""The supervisor's board: who has what, what is late, who is away, which source is silent."""
