"""Casework for people: the caseload board, the person's file, and the forms around it."""
