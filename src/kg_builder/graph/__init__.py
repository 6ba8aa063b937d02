"""The graph wing: knows RDF and never Chinese."""
