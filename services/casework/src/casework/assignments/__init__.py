"""Who is responsible for a participant: assigned, handed on, reachable."""
