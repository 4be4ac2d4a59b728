"""E-mail addresses: one canonical form per mailbox (R-52)."""

import unicodedata
from dataclasses import dataclass

import idna
from confusable_homoglyphs import categories, confusables
from disposable_email_domains import blocklist
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.errors import AddressRefused, DisposableAddress, LookAlikeAddress, NotAnAddress
from tesigo.platform.plain_text import INVISIBLE

MAX_LENGTH = 254
MAX_LOCAL_LENGTH = 64
#: Scripts that rightly stand in one word together (Japanese; Chinese and Korean with Latin digits need no entry).
_TOGETHER = [{"HAN", "HIRAGANA", "KATAKANA"}, {"HAN", "HANGUL"}]
_validate = EmailValidator(allowlist=[])


@dataclass(frozen=True)
class Address:
    """`canonical` tells accounts apart, `as_typed` is written to, `domain` is ASCII (A-labels)."""

    canonical: str
    as_typed: str
    domain: str


def parse(typed: str) -> Address:
    """The address in canonical form: lower case, `+tag` dropped, dots kept, domain by IDNA (UTS 46).

    Raises `NotAnAddress`, `LookAlikeAddress` (mixed scripts, or a word of another script that reads as Latin) or
    `DisposableAddress`.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if INVISIBLE.search(text):
        # Also where a domain may rightly hold one (RFC 5892): without it, it reads as another's.
        raise NotAnAddress
    local, at, domain = text.rpartition("@")
    if not at or len(text) > MAX_LENGTH or len(local) > MAX_LOCAL_LENGTH:
        raise NotAnAddress
    if _looks_like_another(local):
        raise LookAlikeAddress
    host = _ascii_domain(domain)
    name = local.lower().partition("+")[0]
    canonical = f"{name}@{host}"
    # Quoted local parts and address literals are valid in RFC 5321 and used by nobody who signs in here.
    if '"' in local or host.startswith("[") or len(canonical) > MAX_LENGTH:
        raise NotAnAddress
    try:
        _validate(canonical)
        _validate(f"{local}@{host}")
    except ValidationError as error:
        raise NotAnAddress from error
    if is_disposable(host):
        raise DisposableAddress
    return Address(canonical=canonical, as_typed=f"{local}@{domain}", domain=host)


def canonical(address: str) -> str:
    """The address as accounts have it (R-52); of one that could sign in nowhere, in small letters."""
    try:
        return parse(address).canonical
    except AddressRefused:
        return login_name(address)


def login_name(typed: str) -> str:
    """How a name typed into the password form is looked up and counted: letter case and spaces do not matter."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def is_disposable(domain: str) -> bool:
    """Whether the domain, or one it belongs to, hands out throw-away addresses."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _ascii_domain(domain: str) -> str:
    try:
        host = idna.encode(domain, uts46=True, transitional=False).decode("ascii").lower()
        labels = idna.decode(host).split(".")
    except (idna.IDNAError, UnicodeError) as error:
        if _looks_like_another(domain):
            raise LookAlikeAddress from error
        raise NotAnAddress from error
    if any(_looks_like_another(label) for label in labels):
        raise LookAlikeAddress
    return host.rstrip(".")


def _looks_like_another(word: str) -> bool:
    scripts = categories.unique_aliases(word) - {"COMMON", "INHERITED"}
    if len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER):
        return True
    if not scripts or "LATIN" in scripts:
        return False
    letters = [letter for letter in word if letter.isalpha()]
    return bool(letters) and all(confusables.is_confusable(letter, preferred_aliases=["latin"]) for letter in letters)
