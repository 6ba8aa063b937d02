"""`python -m kg_builder` is `kg`."""

from kg_builder.cli.main import main

main()
