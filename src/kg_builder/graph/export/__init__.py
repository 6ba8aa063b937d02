"""Graphs for others: Turtle, N-Triples, TriG, N-Quads, JSON-LD, RDF/XML, and tables with CSVW.

What is written is sorted, hence equal byte for byte for equal triples, whatever their order.
"""
