def explain_empty(graph, text):
    return ()
