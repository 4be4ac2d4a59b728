"""Text out of strangers' files, in a child process that may die of them without harm (R-82).

`child` runs in the limited process and knows no Django; `runner` starts it and reads its records; `cleaning` and
`passages` turn pages into the stretches of text that may be cited.
"""
