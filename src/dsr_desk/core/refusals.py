"""Why an act is not allowed now. `core.rules` gives these as messages; commands raise them, windows show them."""

from __future__ import annotations

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message


def forbidden(seq: int, kind: str, code: str) -> Message:
    """What is wrong with an entry that was validly signed and that a refusal of this code forbids."""
    return message("log.forbidden", seq=seq, kind=Message(f"kind.{kind}"), code=code)


class Refusal(DeskError):
    """An act that the rules forbid in the present state. Nothing was written."""


class NotAnOfficer(Refusal):
    code = "ACT-NOT-AN-OFFICER"
    happened = "The key that acts here belongs to no officer of this vault now."
    means = "Nothing was recorded."
    todo = "Open the vault with the passphrase of an officer who is on its list."


class ActMalformed(Refusal):
    code = "ACT-MALFORMED"
    happened = "An act of the kind “{kind}” lacks what it must say."
    means = "Nothing was recorded."
    todo = "Do it with this program, in a version that knows acts of this kind."


class IdentityMissing(Refusal):
    code = "CASE-NO-IDENTITY"
    happened = "The identity check of case {case} is not recorded, or it failed."
    means = "To search or delete for an unverified person would be a tool for stalkers, so it goes no further."
    todo = "Record how the requester was verified and how it is known that the photo shows this person."


class FactsNotConfirmed(Refusal):
    code = "CASE-NOT-CONFIRMED"
    happened = "What case {case} looks for was read by the program, and no officer has confirmed it."
    means = "A name or an address in a letter may be somebody else's. Nothing was searched."
    todo = "Look at what was read and confirm or correct it: the page Request, or dsr-desk case confirm."


class CaseOver(Refusal):
    code = "CASE-OVER"
    happened = "Case {case} is {state}."
    means = "Nothing in it was changed."
    todo = "Reopen it with a reason, or open a new case for what is asked now."


class CaseNotOver(Refusal):
    code = "CASE-NOT-OVER"
    happened = "Case {case} is still open."
    means = "Nothing was changed."
    todo = "End the case first."


class EndDeniedByIdentity(Refusal):
    code = "CASE-END-IDENTITY"
    happened = "Case {case} cannot end as {state}: who asks was not verified."
    means = "Nothing can be granted to somebody who is not known to be the person. Nothing was changed."
    todo = "Refuse it, note that it was withdrawn or is a duplicate, or record a check that succeeded first."


class EditionDeniedByIdentity(Refusal):
    code = "CASE-EDITION-IDENTITY"
    happened = "Nothing is sealed for the requester of case {case}: the identity check failed."
    means = "It would tell somebody else where the person's data lies. No bundle was made."
    todo = "Seal for the authority alone, or record a check that succeeded first."


class AnswerDayImpossible(Refusal):
    code = "CASE-ANSWER-DAY"
    happened = "The person cannot have been answered on {day:day} in case {case}."
    means = "That day lies before the request arrived, or in the future. Nothing was recorded."
    todo = "Give the day on which the answer went out."


class NotForgettable(Refusal):
    code = "CASE-NOT-FORGETTABLE"
    happened = "What is to be forgotten in case {case} is neither its reference photos, nor its letter, nor all of it."
    means = "Nothing was destroyed."
    todo = "End the case, which destroys its photos, or forget it whole once it has ended."


class CaseForgotten(Refusal):
    code = "CASE-FORGOTTEN"
    happened = "Case {case} was forgotten: what it held is destroyed."
    means = "There is nothing left that could be worked on, so it was not reopened."
    todo = "Open a new case for what is asked now."


class CandidateMissing(Refusal):
    code = "REVIEW-NO-CANDIDATE"
    happened = "Case {case} has no candidate {item}."
    means = "Nothing was decided."
    todo = "List the candidates of the case and give one of their ids."


class ReviewClosed(Refusal):
    code = "REVIEW-CLOSED"
    happened = "The deletion plan of case {case} is approved."
    means = "Decisions are part of what was approved, so nothing was changed."
    todo = "Withdraw the plan and decide; or run it, read back, and search again."


class NothingToUndo(Refusal):
    code = "REVIEW-NOTHING-TO-UNDO"
    happened = "There is no decision to undo in case {case}."
    means = "Nothing was changed."
    todo = "Go on with the review."


class NothingToReviewTwice(Refusal):
    code = "REVIEW-SECOND-NOTHING"
    happened = "Nobody else has decided on {item} in case {case}."
    means = "A second review is of what another officer decided. Nothing was recorded."
    todo = "Let another officer decide first, or choose what another officer has decided."


class SecondReviewOpen(Refusal):
    code = "REVIEW-SECOND-OPEN"
    happened = "{open} decisions of case {case} wait for a second officer, {disagree} are decided differently by two."
    means = "The policy of this vault asks for two, so nothing was done."
    todo = "Have a second officer review them; where two disagree, a third settles it or both come to one word."


class ReviewedSince(Refusal):
    code = "REVIEW-SECOND-SINCE"
    happened = "A second word on {item} in case {case} was recorded after this one was asked for elsewhere."
    means = "An older word does not take the place of a newer one. Nothing was recorded."
    todo = "Hand over anew what still waits for a second officer."


class TakenTwice(Refusal):
    code = "ACT-TAKEN-TWICE"
    happened = "This act stands in case {case} already."
    means = "What an officer signed once counts once. Nothing was recorded."
    todo = "Go on; nothing is missing."


class NothingToSettle(Refusal):
    code = "REVIEW-NOTHING-TO-SETTLE"
    happened = "Two officers do not disagree on {item} in case {case}, or you are one of them."
    means = "Nothing was recorded."
    todo = "Ask an officer who decided neither the first nor the second time."


class ReviewOpen(Refusal):
    code = "DELETE-REVIEW-OPEN"
    happened = (
        "{open} {open:candidate|candidates} of case {case} {open:is|are} not decided, {unsure} {unsure:is|are} unsure."
    )
    means = "What is not decided might be the person, so no plan can be made yet."
    todo = "Decide on each of them; settle the unsure ones with a second pair of eyes."


class RightUnknown(Refusal):
    code = "DELETE-RIGHT"
    happened = "Case {case} asks for {right}, which is no reason to delete."
    means = "Nothing is deleted without a request for it."
    todo = "Confirm the request's right as erasure, objection or withdrawal, or close the case without a deletion."


class NothingToDelete(Refusal):
    code = "DELETE-NOTHING-DECIDED"
    happened = "No candidate of case {case} was decided to be the person."
    means = "There is nothing to plan."
    todo = "Review the candidates first. If none is the person, close the case with that finding."


class NotDecidedSame(Refusal):
    code = "DELETE-NOT-A-HIT"
    happened = "A candidate in this plan was not decided to be the person."
    means = "Deleting it could take a stranger's data. No plan was made."
    todo = "Decide on it in the review, then plan again."


class SearchAgain(Refusal):
    code = "DELETE-SEARCH-AGAIN"
    happened = "Case {case} was not searched since its last deletion."
    means = "What is in the data now is not known, so no plan was made."
    todo = "Search again and decide on what is found; then plan."


class PlanMissing(Refusal):
    code = "DELETE-NO-PLAN"
    happened = "Case {case} has no deletion plan in force."
    means = "Nothing was deleted."
    todo = "Make the plan first (delete plan)."


class PlanOther(PlanMissing):
    code = "DELETE-PLAN-OTHER"
    happened = "The plan in force of case {case} is another one than this is about."
    means = "Nothing was recorded, and nothing was deleted."
    todo = "Look at the plan that is in force (delete show) and go on from that one."


class PlanRun(Refusal):
    code = "DELETE-HAS-RUN"
    happened = "The plan of case {case} was run and read back."
    means = "It can no longer be approved or withdrawn. Nothing was changed."
    todo = "If something is left, search again, decide, and make a new plan."


class PlanUnderWay(Refusal):
    code = "DELETE-UNDER-WAY"
    happened = "The deletion of case {case} has begun and was not read back."
    means = "Nothing else was begun beside it."
    todo = "Run it to the end if you can, and read back; then search again for what is left."


class NotRun(Refusal):
    code = "DELETE-NOT-RUN"
    happened = "The deletion of case {case} has not run."
    means = "There is nothing to read back."
    todo = "Approve the plan and run it first."


class NotApproved(Refusal):
    code = "DELETE-NOT-APPROVED"
    happened = "The plan has {have} of {needed} approvals."
    means = "Nothing was deleted."
    todo = "Have the plan approved by an officer of this vault, then run it."


class BasisChanged(Refusal):
    code = "DELETE-BASIS-CHANGED"
    happened = "What the plan of case {case} rests on was changed since: {parts}."
    means = "Approvals given before no longer count, and nothing more is deleted."
    todo = "Look at the differences (delete show), then make the plan anew and have it approved."


class ApproverDecided(Refusal):
    code = "DELETE-APPROVER-DECIDED"
    happened = "You decided on candidates of case {case} yourself."
    means = "The policy of this vault asks for an approver who did not. Nothing was approved."
    todo = "Ask an officer who decided nothing in this case."


class ApproverNew(Refusal):
    code = "DELETE-APPROVER-NEW"
    happened = "You became an officer after the plan of case {case} was made."
    means = "Who is added later does not approve what was planned before. Nothing was approved."
    todo = "Have the plan made anew, or ask an officer who was there before."


class ActionNotOpen(Refusal):
    code = "DELETE-ACTION-NOT-OPEN"
    happened = "The action {action} of case {case} does not wait for this."
    means = "Nothing was recorded."
    todo = "See which actions wait (delete show), and give one of them."


class FindingUnknown(Refusal):
    code = "SWEEP-NO-FINDING"
    happened = "No sweep of case {case} has the finding {finding}, or it is gone."
    means = "Nothing was recorded."
    todo = "Show what was found (sweep show) and give one of the ids."


class NothingToConfirm(Refusal):
    code = "VALIDATE-NOTHING"
    happened = "The deletion of case {case} was not read back."
    means = "There is no outcome that anybody could confirm. Nothing was recorded."
    todo = "Run the deletion and read back first."


class OwnWork(Refusal):
    code = "VALIDATE-OWN-WORK"
    happened = "You carried out a part of the deletion of case {case}."
    means = "The outcome is confirmed by somebody other than the operator, so nothing was recorded."
    todo = "Ask an officer who ran nothing of it to look at what was read back and to confirm it."


class NothingToSeal(Refusal):
    code = "BUNDLE-NOTHING-TO-SAY"
    happened = "Case {case} was not searched yet."
    means = "A bundle would certify nothing. None was made."
    todo = "Search first. If nothing is found, a bundle says that."


class NotReadBack(Refusal):
    code = "BUNDLE-NOT-READ-BACK"
    happened = "The deletion of case {case} was run and not read back."
    means = "Nothing is certified that was not read back. No bundle was made."
    todo = "Read back first (delete read-back)."


class NothingDecidedOnModel(Refusal):
    code = "LINEAGE-NOTHING-DECIDED"
    happened = "Nothing was decided for this model."
    means = "There is nothing to undo."
    todo = "Go on with the other models."


class DispositionApproved(Refusal):
    code = "LINEAGE-DISPOSITION-APPROVED"
    happened = "What shall become of this model is part of an approved plan."
    means = "It can no longer be undone. Nothing was changed."
    todo = "Withdraw the plan while it has not run, or decide anew: the new entry stands beside the old one."


class OfficerKnown(Refusal):
    code = "VAULT-OFFICER-KNOWN"
    happened = "This key belongs, or once belonged, to an officer of the vault."
    means = "Nobody comes back under an old key. Nothing was changed."
    todo = "Add the officer anew, with a new passphrase."


class OfficerUnknown(Refusal):
    code = "VAULT-OFFICER-UNKNOWN"
    happened = "This key belongs to no officer of the vault now."
    means = "Nothing was changed."
    todo = "List the officers and choose one of them."


class OwnAccess(Refusal):
    code = "VAULT-OWN-ACCESS"
    happened = "An officer cannot take away the own access."
    means = "What is done under that name now must still be signed. Nothing was changed."
    todo = "Ask another officer to do it."


class LastOfficer(Refusal):
    code = "VAULT-LAST-OFFICER"
    happened = "Without this officer the vault would have fewer officers than its policy needs ({needed})."
    means = "Nothing could be approved afterwards, so nothing was changed."
    todo = "Add another officer first."


class ChangeNotApproved(Refusal):
    code = "VAULT-CHANGE-NOT-APPROVED"
    happened = "This change of officers or policy has {have} of {needed} approvals."
    means = "The policy in force asks for them. Nothing was changed."
    todo = "Propose the change (it is proposed when you try it), and have other officers approve it."


class ChangeUnknown(Refusal):
    code = "VAULT-CHANGE-UNKNOWN"
    happened = "No such change waits for your approval."
    means = "Nothing was recorded."
    todo = "List the changes that wait; your own ones wait for others."


class PolicyImpossible(Refusal):
    code = "VAULT-POLICY-IMPOSSIBLE"
    happened = (
        "The policy asks for {needed} {needed:approval|approvals}, and the vault has {have} {have:officer|officers}."
    )
    means = "Nothing could be approved any more, so the policy stays as it was."
    todo = "Add officers first, or ask for fewer approvals."
