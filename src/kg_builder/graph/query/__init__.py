"""Queries: the stored ones, what may be asked, and how parameters are bound."""
