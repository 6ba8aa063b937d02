"""Asking: names become terms, queries become answers, and answers say where they come from."""
