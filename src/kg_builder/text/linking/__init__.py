"""Linking: names become things, one for each real one."""
