"""What can go wrong with an address or on the way in. Each message is fit for the page."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountFailure(Exception):
    """What a caller of accounts may meet; each of its failures is one."""


class AccountError(AccountFailure):
    """A refusal in plain words: what happened and what to do."""

    message: str | Promise = _("That did not work. Try again.")

    def __str__(self) -> str:
        return str(self.message)


class AddressRefused(AccountError):
    """The address cannot be used (R-52)."""


class NotAnAddress(AddressRefused):
    """It has not the form of an address, or one that nobody can be reached at."""

    message = _("This is not an e-mail address we can write to. Check it for missing or extra characters.")


class LookAlikeAddress(AddressRefused):
    """It mixes scripts, or is made of letters that read as Latin ones."""

    message = _(
        "This address mixes letters that look alike but are of different alphabets. Type it with one keyboard layout."
    )


class DisposableAddress(AddressRefused):
    """Its domain hands out addresses that live for minutes."""

    message = _("This is a throw-away address. Your documents hang on your address, so use one that you keep.")


class SameAddress(AddressRefused):
    """It is the one that they sign in with; letter case and tags make no other one."""

    message = _("This is the address you sign in with already.")


class AddressTaken(AccountError):
    """Proven, but somebody signs in with it."""

    message = _("Somebody signs in with this address already. Sign out and sign in with it to see whose account it is.")


class TooManySignIns(AccountError):
    """A limit of R-53 on a place or a domain is reached; `retry_after` says when there is room again at the latest."""

    message = _(
        "Too many sign-in mails were asked for from where you are, or for addresses like yours, and not used. "
        "There is room again as soon as some are used. A mail that you have still works."
    )

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class SignInRefused(AccountError):
    """A link or a code that opens nothing."""


class UnknownLink(SignInRefused):
    """No request belongs to this token or browser."""

    message = _("This sign-in link is not one we know. It may be incomplete or older than a month.")


class LinkExpired(SignInRefused):
    """The ten minutes are over."""

    message = _("This mail is too old: it works for 10 minutes only.")


class LinkUsed(SignInRefused):
    """Somebody, most often the same person, has redeemed it."""

    message = _("This sign-in mail has been used already: each works once.")


class UsedElsewhere(LinkUsed):
    """Told to the browser that asked: another one was let in by it."""

    message = _("This mail was used in another browser, which is signed in now. To go on here, ask for a new one.")


class RequestDenied(SignInRefused):
    """Whoever reads the mailbox said that it was not them who asked."""

    message = _("This mail no longer works: who reads it has said that they did not ask for it.")


class TooManyWrongCodes(SignInRefused):
    """Five wrong codes void link and code alike."""

    message = _("The code was wrong five times, so this mail no longer works.")


class CodeNeeded(SignInRefused):
    """Another browser asked: the link alone opens nothing here."""

    message = _("The link was opened in another browser than the one that asked for it, so we need the code as well.")


class WrongCode(SignInRefused):
    """The code does not fit; `tries_left` more may be made."""

    message = _("This is not the code from the newest mail. Look at it again.")

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


class UndoTooLate(SignInRefused):
    """The days for undoing a change of address are over, or it was undone."""

    message = _("This change of address cannot be undone any more: the days for it are over, or it was undone.")


class AccountClosed(SignInRefused):
    """The address is proven, but its user is switched off."""

    message = _("This account is closed. Write to us if you think that it should not be.")


class AddressMoved(SignInRefused):
    """Its account has another one since lately: one made anew would stand in the way of undoing that."""

    message = _(
        "The account of this address was given another one less than three days ago. Sign in with that one. If it was "
        "not you who changed it, undo it: the link is in the mail that we sent here then."
    )


class StaffUsePassword(SignInRefused):
    """The address is proven, but belongs to staff (R-55)."""

    message = _("Staff sign in with their password, on the page of the administration.")


class QuotaReached(AccountError):
    """A person has had as much as one may have for now (R-85); ``retry_after`` says when there is more."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class CodeRefused(AccountError):
    """A code of the second factor that opens nothing: wrong, or used before."""

    message = _("This code is wrong, or it was used before. Wait for the next one and type that.")


class TooManyCodes(AccountError):
    """Too many wrong codes (R-55); `retry_after` says when the next is looked at."""

    message = _("Too many wrong codes. Wait a quarter of an hour, or use a recovery code.")

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class UnknownProvider(AccountFailure):
    """No such provider of mails reports to us, or it is not set up."""


class EventRefused(AccountFailure):
    """A report about a mail that is not signed as it should be, too old, used before, or unreadable; says which."""


class TryLater(AccountFailure):
    """A report's signature could not be looked at just now."""


class TokenRefused(AccountError):
    """A token of the API that opens nothing; ``kind`` says for programs why."""

    message = _("This token opens nothing: it is unknown, over, taken back, or changed on the way.")
    kind = "invalid-token"


class TokenExpired(TokenRefused):
    """Its time is over; a program gets a new one by its refresh token."""

    message = _("This token is over. Get a new one.")
    kind = "token-expired"


class RefreshReused(TokenRefused):
    """A refresh token came a second time: somebody has a copy. All tokens of that sign-in are dead."""

    message = _("This refresh token was used before. Somebody may have a copy of it, so sign in again.")
    kind = "refresh-token-reused"


class TooManyTokens(AccountError):
    """A person has the most tokens that one may have."""

    message = _("You have as many tokens as one person may have. Take one back first.")


class KeyReused(AccountError):
    """An Idempotency-Key came with another call than at first."""

    message = _("This Idempotency-Key was used for another call. Give each call a key of its own.")


class StillRunning(AccountError):
    """The call with this Idempotency-Key is not answered yet."""

    message = _("The first call with this Idempotency-Key is still running. Ask again in a moment.")
