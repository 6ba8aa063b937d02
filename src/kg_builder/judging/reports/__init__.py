"""A verdict as text, JSON, SARIF, or a standard SHACL report in RDF; the page is in `pages`."""
