"""Reading what nobody vouches for: RDF of any syntax, with the place of every triple.

`reading` is the door: it parses in a child process with limits, and gives a `Submission`.
"""
