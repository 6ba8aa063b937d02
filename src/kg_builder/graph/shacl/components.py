from __future__ import annotations
class Components:
    def __init__(self, graph): pass
    def read(self, node, path): return []
