"""Checks a delivered document against its sources, without those who made it and without a model (R-18).

``tesigo-verify FILE SOURCES…`` reads the manifest that is attached to a PDF or DOCX, or lies beside it, and looks up
every citation: is the manifest signed, does the sentence still stand in the file, does the passage stand on the page
that was named. The package needs pypdfium2 and cryptography, and nothing else of this project.
"""

__version__ = "1.0.0"
