"""The environment of a machine that has none: embedded servers, generated secrets, the sandbox outside.

What the real environment or a `.env` file says wins. The services outside come in groups: with one variable of a group
set, nothing else of it is made up, so that real keys never meet made-up addresses. Nothing at all is made up
for production.

    python -m local.local_env [--with-servers] COMMAND …     runs a command in this environment
"""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote

from local.stack import Stack
from tesigo.platform.environment_file import read_file
from tesigo.platform.own_secrets import OWN_SECRETS, new_secrets
from tesigo.platform.paths import ROOT, VAR
from tesigo.platform.processes import file_lock
from tesigo.platform.strength import strong

PORTS = {"SITE_PORT": 8000, "SANDBOX_PORT": 8010, "SANDBOX_SMTP_PORT": 8025}
#: The pair that opens backups of this machine.
BACKUP_KEY = VAR / "backup-key"
BANNER = "Sandbox: the money, the mails and the writer here are not real."


def load() -> None:
    """Completes `os.environ`; what is set there stays. Ends the program where `var/` cannot be written."""
    given = read_file(ROOT / ".env") | {name: value for name, value in os.environ.items() if value}
    if given.get("TESIGO_ENV") == "production":
        os.environ.update(given)
        return
    stack = Stack(VAR)
    try:
        stack.settle_ports()
        kept = _kept_secrets()
        backup_url = stack.backup_url()
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}. Everything of this machine is kept in {VAR}: it must be yours.")
    backups = own_backups(given, backup_url=backup_url, signing_key=kept["BACKUP_SIGNING_KEY"])
    os.environ.update(complete(given, kept=kept, servers=stack.urls(given) | backups))


def own_backups(given: Mapping[str, str], *, backup_url: str, signing_key: str) -> dict[str, str]:
    """Backups of our own PostgreSQL into `var/backups` (R-120); none of another's, nor without gpg.

    Whoever sets one variable of backups, or a database of one's own, sets them all.
    """
    is_ours = not given.get("DATABASE_URL") and not any(name.startswith("BACKUP_") for name in given)
    if not is_ours or shutil.which("gpg") is None:
        return {}
    return {
        "BACKUP_DATABASE_URL": backup_url,
        "BACKUP_DESTINATIONS": "local",
        "BACKUP_LOCAL_URL": f"file://{quote(str(VAR / 'backups'))}",
        "BACKUP_SPOOL": str(VAR / "backup-spool"),
        "BACKUP_SIGNING_KEY": signing_key,
        "BACKUP_RECIPIENTS_FILE": str(BACKUP_KEY / "public.asc"),
    }


def complete(given: Mapping[str, str], *, kept: Mapping[str, str], servers: Mapping[str, str]) -> dict[str, str]:
    """`given` with everything that is missing from it for running on this machine alone."""
    ports = {name: given.get(name, str(port)) for name, port in PORTS.items()}
    outside = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
    made_up = {
        "SITE_URL": f"http://127.0.0.1:{ports['SITE_PORT']}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CONTACT_EMAIL": "contact@example.org",
        "IMPRINT": "This copy of TesiGo runs on somebody's own machine.\\nNobody offers anything here.",
        "MANIFEST_SIGNING_KEY": kept["MANIFEST_SIGNING_KEY"],
        **{name: kept[name] for name in OWN_SECRETS},
        # What `rotate_secrets` has put aside there is still accepted; of one's own secrets, what one says oneself.
        **{old: kept[old] for name in OWN_SECRETS if name not in given and (old := f"{name}_FALLBACKS") in kept},
    }
    sandboxed = False
    for group in _outside(outside, ports["SANDBOX_SMTP_PORT"], kept):
        if not any(name in given for name in group):
            made_up |= group
            sandboxed = True
    telegram = _telegram(outside, kept)
    # Nobody needs it: a site whose mails are real goes without.
    if "ALERT_EMAILS" in made_up and not any(name in given for name in telegram):
        made_up |= telegram
    if sandboxed:
        made_up["NOTICE_BANNER"] = BANNER
    return {**made_up, **servers, **ports, **given}


def uses_sandbox(environ: Mapping[str, str]) -> bool:
    """Whether anything in the environment points at the sandbox of this machine."""
    addresses = (f"//127.0.0.1:{environ[port]}" for port in ("SANDBOX_PORT", "SANDBOX_SMTP_PORT") if port in environ)
    return any(address in value for address in addresses for value in environ.values())


def _outside(http: str, smtp_port: str, kept: Mapping[str, str]) -> list[dict[str, str]]:
    """What the sandbox stands in for, by groups that are real or made up as a whole."""
    search = {}
    for name in ("OPENALEX", "CROSSREF", "DATACITE", "SEMANTIC_SCHOLAR", "TAVILY", "PERPLEXITY"):
        search[f"{name}_URL"] = f"{http}/{name.lower().replace('_', '')}"
    search["ZOTERO_URL"] = f"{http}/zotero"
    for name in ("OPENALEX", "CROSSREF", "SEMANTIC_SCHOLAR", "TAVILY", "PERPLEXITY"):
        search[f"{name}_API_KEY"] = _key_of(name, kept["SEARCH_API_KEY"])
    return [
        {
            "OPENAI_API_KEYS": kept["OPENAI_API_KEYS"],
            "OPENAI_BASE_URL": f"{http}/openai/v1",
            "ANTHROPIC_API_KEYS": kept["ANTHROPIC_API_KEYS"],
            "ANTHROPIC_BASE_URL": f"{http}/anthropic",
        },
        {
            "STRIPE_SECRET_KEY": kept["STRIPE_SECRET_KEY"],
            "STRIPE_PUBLISHABLE_KEY": kept["STRIPE_PUBLISHABLE_KEY"],
            "STRIPE_WEBHOOK_SECRET": kept["STRIPE_WEBHOOK_SECRET"],
            "STRIPE_API_BASE": f"{http}/stripe",
            "STRIPE_CHECKOUT_ORIGIN": http,
        },
        {
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
            "MAIL_INBOX_URL": f"{http}/inbox/",
            "ALERT_EMAILS": "staff@example.org",
        },
        search,
    ]


def _telegram(http: str, kept: Mapping[str, str]) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": kept["TELEGRAM_BOT_TOKEN"],
        "TELEGRAM_CHAT_IDS": "-1001",
        "TELEGRAM_BASE_URL": f"{http}/telegram",
    }


def _key_of(name: str, root: str) -> str:
    """A key for each service out of one: no two variables hold the same secret, here either (R-103)."""
    return "key-" + "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha512(f"{name}:{root}".encode()).digest())


def _kept_secrets() -> dict[str, str]:
    """The secrets of this machine, made once and readable by their owner only."""
    path = VAR / "secrets.env"
    with file_lock(VAR / "secrets.lock"):
        kept = read_file(path)
        fresh = new_secrets() | {
            "OPENAI_API_KEYS": _issued("sk-", 24),
            "ANTHROPIC_API_KEYS": _issued("sk-ant-", 24),
            "STRIPE_SECRET_KEY": _issued("sk_test_", 16),
            "STRIPE_PUBLISHABLE_KEY": _issued("pk_test_", 16),
            "STRIPE_WEBHOOK_SECRET": _issued("whsec_", 16),
            "SEARCH_API_KEY": _issued("", 16),
            # Ed25519: any 32 bytes are a key.
            "BACKUP_SIGNING_KEY": strong(lambda: b64encode(secrets.token_bytes(32)).decode()),
            "MANIFEST_SIGNING_KEY": strong(lambda: b64encode(secrets.token_bytes(32)).decode()),
            "TELEGRAM_BOT_TOKEN": _issued("100001:", 18),
        }
        missing = {name: value for name, value in fresh.items() if name not in kept}
        if missing:
            path.touch(mode=0o600)
            with path.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}={value}\n" for name, value in missing.items())
    return kept | missing


def _issued(prefix: str, size: int) -> str:
    return prefix + strong(lambda: secrets.token_hex(size))


def main(command: list[str]) -> int:
    """Runs `command`; servers that had to be started for it are stopped afterwards."""
    with_servers = command[:1] == ["--with-servers"]
    command = command[with_servers:]
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    load()
    stack = Stack(VAR)
    if not with_servers or any(stack.pids().values()):
        # Nothing is left to do here: the command takes this process's place, and gets the signals meant for it.
        try:
            os.execvp(command[0], command)  # noqa: S606  # to run a given command is what this is for
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
            return 127
    stack.start()
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
