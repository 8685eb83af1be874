"""A throw-away workspace that is real: history, tests, trained models, images."""
