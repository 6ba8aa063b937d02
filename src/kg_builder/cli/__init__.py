"""The command line: one file a command; `main` maps errors to exit codes."""
