"""Compressed and encrypted as it comes; what was changed or is for somebody else is never half used (R-120)."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tesigo.platform.backup import encryption, gpg
from tesigo.platform.backup.errors import BackupError, Damaged, EncryptionFailed, NotConfigured, WrongKey
from tesigo.platform.backup.gpg import Recipients
from tests.platform.backup.keys import Operator

CONTENT = os.urandom(300_000) + b"text " * 200_000


def sealed(content: bytes, to: Recipients) -> bytes:
    out = bytearray()
    encryption.seal([content], to=to, take=out.extend)
    return bytes(out)


def test_what_was_sealed_is_unsealed(to_operator: Recipients, the_operator: Operator, tmp_path: Path) -> None:
    cipher = sealed(CONTENT, to_operator)
    assert len(cipher) < 400_000, "compressed before"
    assert b"text text" not in cipher
    pieces = [cipher[start : start + 50_000] for start in range(0, len(cipher), 50_000)]
    plain = encryption.unseal_to(tmp_path / "plain", pieces, home=the_operator.home)
    assert (tmp_path / "plain").read_bytes() == CONTENT
    assert plain == encryption.hash_of([CONTENT])
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o600


def test_nothing_is_sealed_as_well(to_operator: Recipients, the_operator: Operator, tmp_path: Path) -> None:
    encryption.unseal_to(tmp_path / "plain", [sealed(b"", to_operator)], home=the_operator.home)
    assert (tmp_path / "plain").read_bytes() == b""


@pytest.mark.parametrize("place", [0.001, 0.3, 0.99])
def test_a_flipped_byte_leaves_no_file(
    to_operator: Recipients, the_operator: Operator, tmp_path: Path, place: float
) -> None:
    cipher = bytearray(sealed(CONTENT, to_operator))
    cipher[int(len(cipher) * place)] ^= 1
    with pytest.raises((EncryptionFailed, Damaged)):
        encryption.unseal_to(tmp_path / "plain", [bytes(cipher)], home=the_operator.home)
    assert list(tmp_path.iterdir()) == []


def test_a_cut_or_longer_one_leaves_no_file(to_operator: Recipients, the_operator: Operator, tmp_path: Path) -> None:
    cipher = sealed(CONTENT, to_operator)
    for wrong in (cipher[:-30], cipher[: len(cipher) // 2], b"", cipher + cipher, cipher + b"more"):
        with pytest.raises((EncryptionFailed, Damaged)):
            encryption.unseal_to(tmp_path / "plain", [wrong], home=the_operator.home)
        assert list(tmp_path.iterdir()) == []


def test_the_wrong_hash_leaves_no_file(to_operator: Recipients, the_operator: Operator, tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="plain"):
        encryption.unseal_to(
            tmp_path / "plain", [sealed(CONTENT, to_operator)], home=the_operator.home, sha256="00" * 32
        )
    assert list(tmp_path.iterdir()) == []


def test_another_key_does_not_open_it(to_operator: Recipients, stranger: Operator, tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="No secret key"):
        encryption.unseal_to(tmp_path / "plain", [sealed(CONTENT, to_operator)], home=stranger.home)
    assert list(tmp_path.iterdir()) == []


def test_each_of_several_operators_can_open_it(the_operator: Operator, stranger: Operator, tmp_path: Path) -> None:
    both = tmp_path / "both.asc"
    both.write_bytes(the_operator.public.read_bytes() + stranger.public.read_bytes())
    with gpg.recipients(both) as to:
        assert len(to.fingerprints) == 2
        cipher = sealed(b"for both", to)
    for one in (the_operator, stranger):
        got = bytearray()
        encryption.unseal([cipher], take=got.extend, home=one.home)
        assert got == b"for both"


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"])
def test_a_file_without_keys_is_said_before_anything_is_sent(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(content)
    with pytest.raises(NotConfigured, match="BACKUP_RECIPIENTS_FILE"), gpg.recipients(tmp_path / "keys"):
        pass
    with pytest.raises(NotConfigured, match="BACKUP_RECIPIENTS_FILE"), gpg.recipients(tmp_path / "none"):
        pass


def test_a_private_key_is_not_taken_in(the_operator: Operator, tmp_path: Path) -> None:
    words = ("--pinentry-mode", "loopback", "--passphrase", "", "--armor", "--export-secret-keys")
    (tmp_path / "keys").write_bytes(gpg.run(the_operator.home, *words))
    with pytest.raises(NotConfigured, match="private"), gpg.recipients(tmp_path / "keys"):
        pass


def test_what_breaks_on_the_way_is_told_as_it_is_and_leaves_no_gpg(to_operator: Recipients) -> None:
    class Broken(Exception):
        pass

    def breaking() -> Iterator[bytes]:
        yield os.urandom(2_000_000)
        raise Broken

    def full(_block: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Broken):
        encryption.seal(breaking(), to=to_operator, take=lambda _block: None)
    with pytest.raises(OSError, match="No space"):
        encryption.seal((os.urandom(1_000_000) for _ in range(20)), to=to_operator, take=full)
    children = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "comm="], capture_output=True, text=True)
    assert "gpg" not in children.stdout.split()


def test_gpg_that_fails_is_told_in_its_own_words(to_operator: Recipients) -> None:
    nobody = Recipients(to_operator.home, ("0" * 40,))
    with pytest.raises(BackupError, match=r"[Nn]o public key"):
        encryption.seal((b"x" * 1_000_000 for _ in range(20)), to=nobody, take=lambda _block: None)


def test_memory_stays_flat_whatever_the_size(the_operator: Operator) -> None:
    program = textwrap.dedent("""
        import os, resource, sys
        from pathlib import Path
        from tesigo.platform.backup import encryption, gpg
        block = os.urandom(1024 * 1024)
        with gpg.recipients(Path(sys.argv[1])) as to:
            encryption.seal((block for _ in range(int(sys.argv[2]))), to=to, take=lambda _: None)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """)
    small, large = (
        int(subprocess.check_output([sys.executable, "-c", program, str(the_operator.public), count], timeout=120))
        for count in ("4", "200")
    )
    assert large - small < 16 * 1024, f"{small} and {large} KiB"
