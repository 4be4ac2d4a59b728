"""How fast, how small, how exact: one module for each figure of docs/benchmarks.md.

``python -m benchmarks`` lists them, ``python -m benchmarks.<name>`` takes one and prints its table. They measure and do
not judge: a busy machine makes a figure worse, never a test red.
"""
