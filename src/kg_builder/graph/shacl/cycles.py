"""Which shapes refer to themselves, directly or by way of others."""

from __future__ import annotations

from collections.abc import Sequence


def cycles(edges: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return node → number of its cycle, for the nodes of a graph that lie on one.

    Strongly connected components by R. Tarjan, "Depth-first search and linear graph algorithms",
    SIAM J. Comput. 1972, with a stack of its own in the place of recursion.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: dict[int, None] = {}
    found: dict[int, int] = {}
    for root in range(len(edges)):
        work = [] if root in index else [(root, iter(edges[root]))]
        while work:
            node, following = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                on_stack[node] = None
            for other in following:
                if other not in index:
                    work.append((other, iter(edges[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    _close(node, edges, on_stack, found)
    return found


def _close(
    root: int, edges: Sequence[Sequence[int]], on_stack: dict[int, None], found: dict[int, int]
) -> None:
    members = []
    while True:
        node, _ = on_stack.popitem()
        members.append(node)
        if node == root:
            break
    if len(members) > 1 or root in edges[root]:
        found.update(dict.fromkeys(members, root))
