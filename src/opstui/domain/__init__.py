"""Nouns and pure rules: frozen, typed, no input or output."""
