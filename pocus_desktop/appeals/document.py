"""A timeline as a JSON document (formats/timeline 4), for other tools."""

from typing import Final

from pocus_desktop.appeals.appeal import Appeal, Identity
from pocus_desktop.appeals.moment import At
from pocus_desktop.appeals.timeline import Answer, Clock, Doubt, Mark, Play, Shown, Timeline
from pocus_desktop.kernel import words
from pocus_desktop.kernel.canonical import Json
from pocus_desktop.sitting.ledger import Scope

FORMAT: Final = 1


def document(appeal: Appeal, *, is_blind: bool = False, language: str = words.SOURCE_LANGUAGE) -> dict[str, Json]:
    """The whole of it.

    Args:
        appeal: What is looked at.
        is_blind: Leave out who the candidate is: name and id.
        language: Of the words beside codes.
    """
    told = appeal.timeline
    return {
        "format": FORMAT,
        "result": _identity(appeal.identity, is_blind=is_blind),
        "accommodations": {
            "time_factor": told.opened.time_factor,
            "credit_cap_ms": told.opened.credit_cap_ms,
            "can_pause": told.opened.can_pause,
        },
        "has_content": told.has_content,
        "doubts": [_doubt(one, language) for one in told.doubts],
        "totals": {
            "elapsed_ms": told.totals.elapsed_ms,
            "consumed_ms": told.totals.consumed_ms,
            "held_ms": told.totals.held_ms,
            "gap_ms": told.totals.gap_ms,
            "credited_ms": told.totals.credited_ms,
            "lost_ms": told.totals.lost_ms,
            "dark_ms": told.totals.dark_ms,
            "granted_ms": told.totals.granted_ms,
        },
        "spent": [
            {
                "scope": _scope(one.scope),
                "consumed_ms": one.consumed_ms,
                "granted_ms": one.granted_ms,
                "limit_ms": one.limit_ms,
            }
            for one in told.spent
        ],
        **_tracks(told),
    }


def _tracks(told: Timeline) -> dict[str, Json]:
    return {
        "screens": [_shown(one) for one in told.screens],
        "clock": [_clock(one) for one in told.clock],
        "plays": [_play(one) for one in told.plays],
        "answers": [_answer(one) for one in told.answers],
        "events": [_mark(one) for one in told.marks],
        "ledger": [
            {
                "seq": one.seq,
                "kind": one.entry.kind,
                "amount_ms": one.entry.amount_ms,
                "at_ms": one.entry.at_ms,
                "scopes": [_scope(scope) for scope in one.entry.scopes],
                "reason": one.entry.reason,
                "signer": one.entry.signer,
            }
            for one in told.lines
        ],
    }


def _identity(one: Identity, *, is_blind: bool) -> dict[str, Json]:
    candidate: dict[str, Json] = {"id": one.candidate_id, "name": one.candidate_name}
    receipt: dict[str, Json] | None = None
    if one.receipt is not None:
        receipt = {
            "received_at_ms": one.receipt.received_at_ms,
            "key_id": one.receipt.key_id,
            "last_seq": one.receipt.last_seq,
            "is_partial": one.receipt.is_partial,
        }
    return {
        "sitting": one.sitting,
        "digest": one.digest,
        "head": one.head,
        "last_seq": one.last_seq,
        "is_partial": one.is_partial,
        "sealed_at_ms": one.sealed_at_ms,
        "station": one.station,
        "admission": {"id": one.admission_id, "digest": one.admission_digest, "attempt": one.attempt},
        "candidate": None if is_blind else candidate,
        "mode": one.mode,
        "bundle": {"id": one.bundle_id, "version": one.bundle_version, "manifest_digest": one.manifest_digest},
        "receipt": receipt,
        "others": [
            {
                "digest": other.digest,
                "last_seq": other.last_seq,
                "is_partial": other.is_partial,
                "forks_at": other.forks_at or None,
            }
            for other in one.others
        ],
    }


def _doubt(one: Doubt, language: str) -> dict[str, Json]:
    told = words.explain(one.code, dict(one.params), language)
    return {"code": one.code, "params": dict(one.params), "what": told.what, "next": told.next}


def _at(one: At) -> dict[str, Json]:
    return {"seq": one.seq, "elapsed_ms": one.elapsed_ms, "exam_ms": one.exam_ms, "wall_ms": one.wall_ms}


def _scope(scope: Scope) -> dict[str, Json]:
    return {"kind": scope[0], "id": scope[1]}


def _shown(one: Shown) -> dict[str, Json]:
    return {
        "begin": _at(one.begin),
        "end": _at(one.end),
        "screen": one.screen,
        "case": one.case,
        "phase": one.phase,
        "step": one.step,
        "visit": one.visit,
        "patient": one.patient,
    }


def _clock(one: Clock) -> dict[str, Json]:
    return {
        "begin": _at(one.begin),
        "end": _at(one.end),
        "kind": one.kind,
        "run_ms": one.run_ms,
        "held_ms": one.held_ms,
        "credited_ms": one.credited_ms,
        "dark_ms": one.dark_ms,
        "reasons": list(one.reasons),
        "why": one.why,
        "by": one.by,
    }


def _play(one: Play) -> dict[str, Json]:
    return {
        "clip": one.clip,
        "number": one.number,
        "parts": [
            {
                "kind": part.kind,
                "begin": _at(part.begin),
                "end": _at(part.end),
                "from_ms": part.from_ms,
                "to_ms": part.to_ms,
            }
            for part in one.parts
        ],
        "how": one.how,
        "reason": one.reason,
        "is_counted": one.is_counted,
    }


def _answer(one: Answer) -> dict[str, Json]:
    return {
        "at": _at(one.at),
        "item": one.item,
        "number": one.number or None,
        "step": one.step,
        "response": one.response.model_dump(mode="json"),
        "is_counted": one.is_counted,
        "refusal": one.refusal,
        "replaced": None if one.replaced is None else one.replaced.model_dump(mode="json"),
        "is_final": one.is_final,
        "limits": [
            {"scope": _scope(left.scope), "limit_ms": left.limit_ms, "left_ms": left.left_ms} for left in one.limits
        ],
    }


def _mark(one: Mark) -> dict[str, Json]:
    return {
        "at": _at(one.at),
        "kind": one.kind,
        "fields": dict(one.fields),
        "told": [{"kind": told.kind, "code": told.code, "params": dict(told.params)} for told in one.told],
        "noted": [{"what": what, "detail": detail} for what, detail in one.noted],
        "drift_ms": one.drift_ms,
        "step": one.step,
        "moved_to": one.moved_to,
    }
