"""The ontology as a reference work: what it says of each term, joined with shapes and queries."""
