"""The pages for people: made of what the graph holds, read without a script, in two languages."""
