"""opstui: one keyboard for the software lifecycle and the model lifecycle."""

__version__ = "0.1.0"
