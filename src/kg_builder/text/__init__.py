"""The text wing: knows Chinese and never RDF."""
