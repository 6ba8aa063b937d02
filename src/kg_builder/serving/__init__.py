"""The graph on the web: a SPARQL endpoint, documents for its IRIs, pages for people."""
