"""Who may receive anything at all: approved partners, and who reaches their data onward."""
