"""The library that every Throughline service stands on. It knows no service."""
