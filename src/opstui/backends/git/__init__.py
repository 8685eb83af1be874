"""Git, as plain commands: bytes in, domain nouns out. GitPython carries out what changes things.

GitPython's object layer is never used: it opens every reference by itself and takes minutes
where one `for-each-ref` takes a fraction of a second.
"""
