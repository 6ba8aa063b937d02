"""Why a text is no query: the usual slips, each with its mend.

A parser tells what it expected, which is a list of thirty tokens. These rules look at the tokens of
a text that an engine has refused, and say what was probably meant. Each gives a place and words, or
nothing; the first that speaks is heard. A text that engines accept is never shown to them.
"""
