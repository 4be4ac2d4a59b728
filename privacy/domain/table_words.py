"""What the tables of an export are called by people, and what a row of each is."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: By the names that Django has for models. A test holds that every table of an export has words here.
WORDS: Final[Mapping[str, Promise]] = {
    "account.emailaddress": _("Your address, as the library for signing in keeps it"),
    "accounts.apisignin": _("Programs that you signed in by mail"),
    "accounts.apitoken": _("Tokens that you made for programs"),
    "accounts.dailyuse": _("How often you did what is limited by the day"),
    "accounts.device": _("Browsers in which you are signed in"),
    "accounts.formeraddress": _("Addresses that you had before"),
    "accounts.mail": _("Mails to you, and how far each got"),
    "accounts.mailevent": _("What mail servers told us about mails to you"),
    "accounts.mailstop": _("Notes that an address of yours takes no mails"),
    "accounts.signinrequest": _("Requests to sign in with your address, from where, and what became of them"),
    "accounts.user": _("Your account: address, name, language"),
    "axes.accessattempt": _("Failed tries to sign in with a password"),
    "axes.accessfailurelog": _("Log of failed tries to sign in with a password"),
    "axes.accesslog": _("Log of signing in and out with a password"),
    "billing.assignment": _("Which of two price lists you see"),
    "billing.booking": _("Bookings of your payments in our books"),
    "billing.creditnote": _("Credit notes: what they say of money that went back"),
    "billing.dispute": _("Payments that you disputed at your bank"),
    "billing.entry": _("The sums of these bookings, in cents"),
    "billing.payment": _("Payments"),
    "billing.paymentevent": _("How each payment went on, step by step"),
    "billing.receipt": _("Receipts: what they say"),
    "billing.receiptfile": _("The PDF files of receipts and credit notes"),
    "billing.redemption": _("Promo codes that you used"),
    "billing.refund": _("Money that went back to you"),
    "djstripe.charge": _("Payments at Stripe: how and by whom they were paid, as far as you know it"),
    "djstripe.customer": _("You, as Stripe knows you"),
    "djstripe.paymentmethod": _("Ways in which you paid at Stripe: a card by its brand, last digits and expiry"),
    "documents.citation": _("Citations: which sentence rests on which passage, and how that was checked"),
    "documents.document": _("Documents: what you described and how far they are"),
    "documents.documentevent": _("How each document went on, step by step"),
    "documents.export": _("Files to take away that were made of your documents"),
    "documents.filepart": _("Parts of files that have not been joined yet"),
    "documents.fulltext": _("Free copies of works that were looked for, to be read in full"),
    "documents.passage": _("Passages of your sources"),
    "documents.proof": _("What your files say of their citations, and what was found when that was checked"),
    "documents.rendering": _("Texts that are being set for the screen"),
    "documents.section": _("Sections of your documents, with their text"),
    "documents.unsavedtext": _("Text that you typed into a section and did not save"),
    "documents.sectionrevision": _("Earlier texts of sections"),
    "documents.source": _("Sources"),
    "documents.comment": _("Comments on your documents"),
    "documents.commentanswer": _("Answers to comments on your documents"),
    "documents.reviewlink": _("Links by which others read your documents"),
    "documents.documenttag": _("Your tags on documents"),
    "documents.droppedsection": _("Sections that you threw away from outlines"),
    "documents.sheetline": _("What the assignment sheets of your documents ask"),
    "documents.titlepage": _("Title pages of your documents"),
    "documents.ownstyle": _("Citation styles that you brought"),
    "documents.owntemplate": _("Word templates that you brought: what was read of them"),
    "documents.typedbrief": _("What you typed last into a description and did not save"),
    "documents.upload": _("Files that you handed in"),
    "generation.attempt": _("Questions to AI models for your documents"),
    "generation.budgetuse": _("What was spent on writing for you, by day"),
    "generation.disclosure": _("When you let our staff look at what changed in a document, and why"),
    "generation.leftnote": _("Notes on your texts that you put away"),
    "generation.job": _("Orders to write"),
    "generation.jobevent": _("How each order to write went on"),
    "generation.morerewritings": _("Rewritings that were added to your documents"),
    "generation.personallimit": _("Your own daily limit of tokens"),
    "generation.reservation": _("Places in the queue held for you"),
    "generation.rewriting": _("Rewritings that you ordered"),
    "generation.step": _("Steps of writing, with what each made"),
    "generation.wholeorder": _("Works that a program of yours ordered in one call"),
    "generation.writerchoice": _("Which model you chose to write a document"),
    "mfa.authenticator": _("Second factors: that they are there, without what opens them"),
    "platform.flagperson": _("Features that you were given before others"),
    "privacy.consent": _("What you allowed and withdrew, when and from where"),
    "privacy.dataexport": _("Exports like this one"),
    "privacy.erasure": _("What you asked for to be erased, and when"),
    "sessions.session": _("When your sessions end"),
}


def called(model: type[Model]) -> str:
    """Words for a table in the language that is active; without any, what the model is called in code."""
    known = WORDS.get(model._meta.label_lower)
    return str(known) if known is not None else str(model._meta.verbose_name_plural)
