"""The writer behind the sandbox's AI providers: composes from the sources it finds in the prompt, in ten languages.

It knows only what a model would see (the prompt and a JSON schema), never who asks.
"""
