"""Imported for its effect: all that a child may need to lay out, before it is forked (`tesigo.platform.warm_children`).

Nothing is set here: a library that has begun to work may hold threads and locks, which a fork does not copy.
"""

from typesetting import child, citing, paging, paper, reading, word

__all__ = ["child", "citing", "paging", "paper", "reading", "word"]
