"""Other people's runners that carry out a repository's own workflow files on this machine."""
