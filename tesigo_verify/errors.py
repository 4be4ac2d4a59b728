"""Why a file cannot be checked."""


class Unverifiable(Exception):
    """Nothing can be said of the file; the words say why, for people."""


class NotSigned(Unverifiable):
    """A signature cannot be made or checked with this key."""
