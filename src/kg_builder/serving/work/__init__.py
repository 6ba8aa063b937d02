"""What the children of a server do: each has the graph open, and answers one item at a time.

adhoc answers queries of strangers, trusted the house's own questions, validation judges triples and
takes them in. Each says what it may be asked and makes the function that answers. What they send
back is small, or lies in a file that the server takes over and removes.
"""
