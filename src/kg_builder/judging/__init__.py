"""Judging triples that people bring: what is wrong with them, where, and how to mend it."""
