"""The name index: what people say, write or type for a thing, and which thing they mean.

It knows Chinese names and no RDF: it works over records of an opaque id, classes and names, and is
kept in one SQLite file, which opens at once whatever its size.
"""
