"""Reading what a caller wrote: the text of chat messages, whatever their shape."""

from typing import Any


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(text_of(part) for part in content)
    if isinstance(content, dict):
        return text_of(content.get("text") or content.get("content") or "")
    return ""


def flatten(body: dict[str, Any]) -> str:
    """System text and all messages of a chat request (OpenAI or Anthropic) as one string."""
    parts = [text_of(body.get("system"))] if body.get("system") else []
    messages = body.get("messages")
    if isinstance(messages, list):
        parts += [text_of(message.get("content")) for message in messages if isinstance(message, dict)]
    return "\n\n".join(parts)
