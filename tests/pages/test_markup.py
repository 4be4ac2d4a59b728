"""Templates keep to the strict policy of R-102, and the colours to the contrast that pages.md asks for."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.svg"))
#: Mails and what is printed by ourselves have no policy to keep to: nobody's browser runs them.
PAGES = [path for path in TEMPLATES if not re.search("mail|/paper/", path.relative_to(ROOT / "templates").as_posix())]
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

PAIR = re.compile(r"--(?P<role>[a-z-]+):\s*light-dark\((?P<light>#[0-9a-f]{6,8}),\s*(?P<dark>#[0-9a-f]{6,8})\)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def roles() -> dict[str, tuple[str, str]]:
    """Every colour role with its values by day and by night."""
    text = (ROOT / "static" / "css" / "tokens.css").read_text()
    return {found["role"]: (found["light"], found["dark"]) for found in PAIR.finditer(text)}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_template_has_no_inline_style_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "style attribute: the policy drops it"
    assert not re.search(r"<style\b", text), "inline style sheet"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text), "inline event handler"
    assert not re.search(r"\bhx-on\b|\bhx-vals=['\"]js:|javascript:", text), "needs eval, which is off"
    for opening in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in opening or 'type="application/json"' in opening, f"inline script: {opening}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_template_names_attributes_of_htmx_as_html_allows(path: Path) -> None:
    assert not re.search(r"[\s\"'}]hx-[a-z]", path.read_text()), "data-hx-… is valid HTML, hx-… is not"


class Twice(HTMLParser):
    """Attributes that an element has twice: browsers keep the first, and say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [attribute for attribute, _ in attrs]
        self.found += [f"<{tag} {one}>" for one in names if names.count(one) > 1]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_element_has_an_attribute_twice(path: Path) -> None:
    # Of what a condition chooses, its first choice.
    text = re.sub(r"{%-? *(?:else|elif)\b.*?{% *endif *%}", "", path.read_text(), flags=re.DOTALL)
    twice = Twice()
    twice.feed(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", text, flags=re.DOTALL))
    assert twice.found == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_template_speaks_calmly(path: Path) -> None:
    spoken = re.findall(r"{%\s*translate\s+\"([^\"]*)\"", path.read_text())
    assert not [line for line in spoken if "!" in line or re.search(r"\boops\b", line, re.IGNORECASE)]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_template_loads_scripts_of_ours_as_modules(path: Path) -> None:
    for opening in re.findall(r"<script\b[^>]*js/[^>]*>", path.read_text()):
        assert 'type="module"' in opening or "js/theme.js" in opening, opening


def test_every_colour_role_has_a_value_by_day_and_by_night() -> None:
    text = COMMENT.sub("", (ROOT / "static" / "css" / "tokens.css").read_text())
    main = text.split("@supports not")[0]
    single = re.findall(r"--([a-z-]+):\s*#[0-9a-f]{3,8}", main)
    assert not single, f"one value only: {single}"
    assert len(roles()) >= 20


def test_old_browsers_get_the_values_of_the_day() -> None:
    text = (ROOT / "static" / "css" / "tokens.css").read_text().split("@supports not")[1]
    fallback = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6,8})", text))
    assert fallback == {role: light for role, (light, _) in roles().items()}


@pytest.mark.parametrize(
    "path",
    [path for path in STYLES if path.name not in {"tokens.css", "print.css"}],
    ids=name,
)
def test_style_sheets_name_colours_and_sizes_only_by_their_role(path: Path) -> None:
    text = COMMENT.sub("", path.read_text())
    assert not re.findall(r"(?<![\w-])(?:rgb|hsl)a?\(", text)
    bare = re.findall(r"^[^{}]*\{[^{}]*#[0-9a-f]{3,8}\b[^{}]*\}", text, flags=re.MULTILINE)
    assert not [rule for rule in bare if "light-dark(" not in rule]
    used = set(re.findall(r"var\(--([a-z0-9-]+)", text))
    known = set(re.findall(r"--([a-z0-9-]+):", (ROOT / "static" / "css" / "tokens.css").read_text()))
    known |= set(re.findall(r"--([a-z0-9-]+):", text))
    assert used <= known, f"no such role: {sorted(used - known)}"


SURFACES = ["surface", "surface-raised", "surface-sunken"]
TEXT_ON = {
    "ink": [
        *SURFACES,
        "accent-soft",
        "success-soft",
        "warning-soft",
        "danger-soft",
        "mark",
    ],
    "ink-soft": [*SURFACES, "accent-soft"],
    "ink-faint": SURFACES,
    "accent": [*SURFACES, "accent-soft"],
    "accent-strong": [*SURFACES, "accent-soft"],
    "success": [*SURFACES, "success-soft"],
    "warning": [*SURFACES, "warning-soft"],
    "danger": [*SURFACES, "danger-soft"],
    "on-accent": ["accent", "accent-strong"],
    "on-danger": ["danger"],
}
LINES_ON = {
    "line": ["surface", "surface-raised"],
    "line-strong": SURFACES,
    "focus": SURFACES,
}


@pytest.mark.parametrize("night", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(front, back, 4.5) for front, backs in TEXT_ON.items() for back in backs]
    + [(front, back, 3.0) for front, backs in LINES_ON.items() for back in backs],
)
def test_contrast_is_enough(front: str, back: str, least: float, night: int) -> None:
    colours = roles()
    ratio = contrast(colours[front][night], colours[back][night])
    assert ratio >= least, f"{front} on {back}: {ratio:.2f}"


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_need_no_eval_and_import_only_what_lies_beside_them(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"\beval\(|new Function\(|document\.write",
        text,
    )
    # Of these the names are replaced where static files are collected (`tesigo.platform.static_files`).
    imports = re.findall(r"^import\b.*$", text, flags=re.MULTILINE)
    names = [re.fullmatch(r'import \{.*\} from "\./(\w+\.js)";', line) for line in imports]
    assert all(found and (path.parent / found[1]).is_file() for found in names)


def test_error_pages_of_every_status_stand() -> None:
    for status in (400, 403, 404, 413, 429, 500, 503):
        text = (ROOT / "templates" / "errors" / f"{status}.html").read_text()
        assert "errors/frame.html" in text
