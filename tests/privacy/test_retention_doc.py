"""What `docs/retention.md` says of how long things are kept is what the code does (R-73)."""

from pathlib import Path

from privacy import registry
from privacy.registry import Retained

DOC = Path(__file__).parents[2] / "docs" / "retention.md"


def rule_lines() -> list[str]:
    """The table of rules, a line each, as it has to stand in the document."""
    return sorted(
        f"| `{rule.model}` | {rule.label} | {rule.keep.days} days | {_then(rule)} |"
        for rule in registry.retention_rules()
    )


def _then(rule: registry.Retention) -> str:
    return "emptied: " + ", ".join(f"`{name}`" for name in rule.empties) if rule.empties else "gone"


def test_the_table_of_rules_is_that_of_the_code() -> None:
    said = [line for line in DOC.read_text("utf-8").splitlines() if line.startswith("| `") and " days | " in line]
    assert said == rule_lines(), "\n" + "\n".join(rule_lines())


def test_everything_that_is_kept_without_a_rule_is_named_with_its_reason() -> None:
    text = DOC.read_text("utf-8")
    for model, _rows in registry.all_rows():
        if model._meta.app_label == "djstripe" or registry.retained(model) not in (Retained.BOOKS, Retained.ACCOUNT):
            continue
        assert f"`{model._meta.label}`" in text, f"{model._meta.label} is kept without a rule: say why"
