"""What the actions of the audit trail are called by people."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Of those that may stand in the trail of a person. What is about the house alone needs no words.
WORDS: Final[Mapping[str, Promise]] = {
    "admin.added": _("added in the administration"),
    "admin.changed": _("changed in the administration"),
    "admin.deleted": _("deleted in the administration"),
    "admin.action": _("worked on a list in the administration"),
    "consent.granted": _("allowed something"),
    "consent.refused": _("did not allow something"),
    "consent.withdrawn": _("took back what was allowed"),
    "credit.bought": _("noted credit bought at a provider"),
    "credit.withdrawn": _("took back a note of credit at a provider"),
    "device.signed_out": _("signed a browser out"),
    "dispute.opened": _("the bank disputed a payment"),
    "document.changed": _("changed the description of a document"),
    "document.created": _("described a document"),
    "document.deleted": _("deleted a document"),
    "document.restyled": _("changed a citation style"),
    "duty.tried_again": _("had work tried again"),
    "export.csv": _("took a list away as CSV"),
    "export.downloaded": _("took a file away"),
    "export.requested": _("asked for a file"),
    "mail.sent_again": _("sent a mail again"),
    "mail_address.bounced": _("noted that an address does not exist"),
    "mail_address.complained": _("noted that an address reports our mails as spam"),
    "mail_address.lifted": _("had an address written to again"),
    "outline.edited": _("edited an outline"),
    "outline.requested": _("asked for an outline"),
    "payment.held": _("held a payment for a look at it"),
    "payment.not_needed": _("noted that a payment was not needed"),
    "payment.opened": _("opened a payment"),
    "payment.price_differs": _("noted that a price differs"),
    "payment.succeeded": _("took in a payment"),
    "price_list.activated": _("put prices in force"),
    "price_list.drafted": _("drafted prices"),
    "price_list.retired": _("took prices out of force"),
    "promo.batch_made": _("made promo codes"),
    "promo.changed": _("changed a promo code"),
    "promo.made": _("made a promo code"),
    "provider_key.asked_again": _("had a provider's key asked again"),
    "refund.failed": _("a refund failed"),
    "refund.opened": _("gave money back"),
    "signin.denied": _("said that a sign-in was not theirs"),
    "sources.searched": _("searched for sources"),
    "source.found": _("found a source"),
    "source.retracted": _("noted that a source was taken back"),
    "staff.created": _("made an account for a member of staff"),
    "staff.looked": _("looked at it"),
    "staff.password_changed": _("changed a password"),
    "staff.password_given": _("gave a first password"),
    "staff.rights_changed": _("changed somebody's rights"),
    "staff.roles_changed": _("changed somebody's roles"),
    "staff.second_factor_failed": _("typed wrong codes of a second factor"),
    "staff.second_factor_reset": _("took away a second factor"),
    "staff.signed_in": _("signed in as staff"),
    "upload.accepted": _("took in a file"),
    "upload.deleted": _("deleted a file"),
    "upload.rejected": _("refused a file"),
    "upload.started": _("began to hand in a file"),
    "user.address_changed": _("changed the address"),
    "user.address_proven": _("proved the address"),
    "user.address_restored": _("undid a change of the address"),
    "user.blocked": _("shut the account"),
    "user.created": _("made the account"),
    "user.export_asked": _("asked for an export of the data"),
    "user.export_downloaded": _("took an export of the data away"),
    "user.export_failed": _("an export of the data failed"),
    "user.exported": _("made an export of the data"),
    "user.looked_at": _("looked at it"),
    "user.premium_changed": _("changed what is written first"),
    "user.profile_changed": _("changed the profile"),
    "user.signed_out_everywhere": _("signed out everywhere"),
    "user.unblocked": _("opened the account again"),
}


def in_words(action: str) -> str:
    """What was done, in words of the language that is active; where there are none, the action itself, readable."""
    known = WORDS.get(action)
    return str(known) if known is not None else action.replace(".", ": ").replace("_", " ")
