"""Other answers than "I have this": ask the next one, not my client; and answers by a link."""
