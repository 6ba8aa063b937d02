"""Recognition: names, figures, periods and verbs in the clauses of a report."""
