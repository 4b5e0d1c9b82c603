"""What a site sets for its own casework, in versions."""
