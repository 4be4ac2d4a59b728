"""A section's Markdown as a tree that an editor shows and changes, and back (R-90).

The tree is ProseMirror's, with the names of Tiptap's nodes. It is read by the exporter's own parser. What the editor
has no node for is kept as its source, and so is every block that was not changed.
"""

from typesetting.prose.nodes import MOST_CHARACTERS
from typesetting.prose.reading import Prose
from typesetting.prose.text import Written, opened, written
from typesetting.prose.tree import Node, ProseError

__all__ = ["MOST_CHARACTERS", "Node", "Prose", "ProseError", "Written", "opened", "written"]
