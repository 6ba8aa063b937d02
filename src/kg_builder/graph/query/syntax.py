def check_query(text, prefixes, file=None):
    pass


def warnings(text):
    return ()
