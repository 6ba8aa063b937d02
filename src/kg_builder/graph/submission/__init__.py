"""Reading what nobody vouches for: RDF of any syntax, with the place of every triple."""
