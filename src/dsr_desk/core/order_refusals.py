"""Why an act of an order is not allowed now: as `core.refusals`."""

from __future__ import annotations

from collections.abc import Mapping

from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import Refusal


def not_sampled(case: str, waiting: Mapping[str, int]) -> Message:
    """Why the samples of an order are not done: words are open or do not fit, or nothing was drawn."""
    if any(waiting.values()):
        return message(ScopeNotSampled.code, case=case, **waiting)
    return message(ScopeNotDrawn.code, case=case)


class NotAnOrder(Refusal):
    code = "ORDER-NOT-ONE"
    happened = "Case {case} is about a person's request, not about an order."
    means = "Scope, samples and obligations belong to orders. Nothing was recorded."
    todo = "Open a case of its own for the order (case new --order)."


class NoPerson(Refusal):
    code = "ORDER-NO-PERSON"
    happened = "Case {case} is about an order on data, not about a person."
    means = "No face or person is searched under it, and no photo of anybody is compared. Nothing was recorded."
    todo = "Say what the order covers (order scope); for a person's request open another case."


class OrderLaw(Refusal):
    code = "ORDER-LAW"
    happened = "Case {case} was opened for an order, and an order it stays."
    means = "Nothing was changed."
    todo = "Open another case for a request under another law."


class OrderMissing(Refusal):
    code = "ORDER-NO-CONTENT"
    happened = "It is not recorded yet what the order of case {case} says."
    means = "Nothing could be measured against it. Nothing was recorded."
    todo = "Record authority, docket, day of service and obligations first (order change)."


class AuthenticityMissing(Refusal):
    code = "ORDER-NOT-CHECKED"
    happened = "It is not recorded that the order of case {case} was checked to be authentic, or the check failed."
    means = "A forged order would destroy an organisation's data, so it goes no further."
    todo = "Record how it was checked (order authentic): a call back to the authority, its register, its seal."


class ScopeMissing(Refusal):
    code = "ORDER-NO-SCOPE"
    happened = "It was not resolved yet what of the data the order of case {case} covers."
    means = "Nothing is planned for what nobody has said. Nothing was recorded."
    todo = "Say what it covers and have it looked up (order scope)."


class SampledOnce(Refusal):
    code = "ORDER-SAMPLED-ONCE"
    happened = "The policy asks for a second review of what is erased; one officer looked at samples of case {case}."
    means = "Nothing is planned or approved before a second officer looked at a sample of their own."
    todo = "Another officer draws a sample of the scope, and of what stays beside it, and looks (order sample --draw)."


class ScopeUneven(Refusal):
    code = "ORDER-SCOPE-UNEVEN"
    happened = "The scope of case {case} says another number of items than its containers hold."
    means = "Nothing was recorded."
    todo = "Resolve the scope again. If it happens again, report this."


class ScopeNotSampled(Refusal):
    code = "ORDER-NOT-SAMPLED"
    happened = (
        "In case {case} {open} drawn {open:item|items} still wait for a look, and {wrong} {wrong:does|do} not fit."
    )
    means = "What does not fit shows that the scope takes too much or too little, so no plan can be made yet."
    todo = "Look at each item of the samples (order sample). Where one does not fit, say the scope anew."


class ScopeNotDrawn(Refusal):
    code = "ORDER-NOT-DRAWN"
    happened = (
        "In case {case} no sample was drawn yet of what the order covers, or of what stays beside it in the same "
        "containers."
    )
    means = "Nobody has looked whether the scope takes too much or too little, so no plan can be made yet."
    todo = "Draw a sample of each and look at it (order sample)."


class ScopeEmpty(Refusal):
    code = "ORDER-NOTHING-IN-SCOPE"
    happened = "Nothing in the indexes is in the scope of case {case}, or all of it is gone already."
    means = "There is nothing to plan."
    todo = "Look at what is not known or not indexed, and say the scope anew if it should hold more."


class SampleWrong(Refusal):
    code = "ORDER-SAMPLE-WRONG"
    happened = "A sample of case {case} must be drawn from the scope in force, and words are on what was drawn."
    means = "Nothing was recorded."
    todo = "Draw a sample anew (order sample)."


class SampleUnknown(Refusal):
    code = "ORDER-NO-SAMPLE"
    happened = "Case {case} has no such sample."
    means = "Nothing was recorded."
    todo = "Draw one first (order sample)."


class ObligationMissing(Refusal):
    code = "ORDER-NO-OBLIGATION"
    happened = "The order of case {case} has no obligation {obligation}."
    means = "Nothing was recorded."
    todo = "Show the order (order show) and give the id of one of its obligations."


class EndDeniedByAuthenticity(Refusal):
    code = "ORDER-END-AUTHENTICITY"
    happened = "Case {case} cannot end as {state}: that the order is authentic is not recorded."
    means = "What is not known to be an order was not met as one. Nothing was changed."
    todo = "Refuse it, note that it was withdrawn or is a duplicate, or record first how its authenticity was checked."
