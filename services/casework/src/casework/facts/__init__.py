"""Birth date, sex and numbers on file: put right by the program's people, with a history."""
