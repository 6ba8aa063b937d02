"""HTML pages: each one file that opens offline and asks the network for nothing."""
